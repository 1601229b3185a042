/** Finds ids of VMs and commits in what tools say to people: as JSON, as a UUID, or after the word. */

const UUID = /\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i;
/** Ids have a digit or their kind in front; words have not. */
const ID = String.raw`((?:vm|commit|c)[-_]\w[\w.-]*\w|(?=[\w-]*\d)\w[\w-]{2,}\w)`;

const VM = [keyed('vm'), UUID, named('VMs?'), prefixed('vm')];
const COMMIT = [keyed('commit'), named('commit'), named('committed'), prefixed('commit')];

/** The VM that a text is about, which is not the commit. */
export function vmIdIn(text: string, commitId = commitIdIn(text)): string | undefined {
  return first(VM, commitId === undefined ? text : text.replaceAll(commitId, ' '));
}

/** The commit that a text is about. */
export function commitIdIn(text: string): string | undefined {
  return first(COMMIT, text);
}

function first(patterns: RegExp[], text: string): string | undefined {
  const match = patterns.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  return match?.[1];
}

/** What follows `vmId`, `"vm_id":` or `VM ID:`. */
function keyed(kind: string): RegExp {
  return new RegExp(String.raw`\b${kind}[_ ]?id\b["'\`]?\s?[:=]\s?["'\`]?([\w.-]*\w)`, 'i');
}

/** An id within the same line after a word, with at most a few words between. */
function named(word: string): RegExp {
  return new RegExp(String.raw`\b${word}\b(?![-_])[^\n]{0,40}?[\s:="'\`(\[]${ID}`, 'i');
}

function prefixed(kind: string): RegExp {
  return new RegExp(String.raw`\b(${kind}[-_]\w[\w.-]*\w)`, 'i');
}
