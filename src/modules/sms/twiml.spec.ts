import { expect, it } from '@jest/globals';
import { twiml } from './twiml.js';

it('lets no text out of its message', () => {
  expect(twiml('</Message><Say>&lt;]]>')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Message>&lt;/Message&gt;&lt;Say&gt;&amp;lt;]]&gt;</Message></Response>',
  );
});
