/** What the API refused: its sentence, and which fields it is about. */
export class Refusal extends Error {
  constructor(message, details = []) {
    super(message);
    this.details = details;
  }
}

/** Calls the API at a path such as `/board/tasks`; gives the answer's JSON. */
export async function callApi(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/ui/api${path}`, { method, body: body && JSON.stringify(body) });
  } catch {
    throw new Refusal('The server cannot be reached. Nothing was changed.');
  }
  const json = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Refusal('You are signed out. Open a new magic link to go on.');
  if (!answer.ok) throw new Refusal(json.error ?? `The server answered ${answer.status}.`, json.details);
  return json;
}

/** In whose name things are done here: that of who is signed in. */
export function actor() {
  return document.querySelector('[data-who]').dataset.who;
}
