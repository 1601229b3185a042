const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What makes Twilio answer a text message with this one. */
export function twiml(message: string): string {
  const text = message.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Message>${text}</Message></Response>`;
}
