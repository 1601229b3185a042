/** What the swarm's imaginary product is made of; `{part}`, `{file}`, `{component}` and `{n}` in the texts are filled in. */
export const COMPONENTS = {
  parser: {
    files: ['src/parser/lexer.ts', 'src/parser/tree.ts', 'test/parser.spec.ts'],
    parts: ['the lexer', 'the error recovery', 'nested lists', 'the comment handling'],
  },
  scheduler: {
    files: ['src/scheduler/queue.ts', 'src/scheduler/lease.ts', 'test/lease.spec.ts'],
    parts: ['the lease renewal', 'the retry policy', 'priorities', 'the delayed queue'],
  },
  storage: {
    files: ['src/storage/wal.ts', 'src/storage/snapshot.ts', 'test/recovery.spec.ts'],
    parts: ['the write-ahead log', 'snapshots', 'the page cache', 'recovery after a crash'],
  },
  gateway: {
    files: ['src/gateway/routes.ts', 'src/gateway/limits.ts', 'test/gateway.e2e-spec.ts'],
    parts: ['rate limits', 'the health checks', 'keep-alive connections', 'the request log'],
  },
  billing: {
    files: ['src/billing/invoice.ts', 'src/billing/rounding.ts', 'test/rounding.spec.ts'],
    parts: ['rounding', 'refunds', 'the monthly report', 'tax for several countries'],
  },
  search: {
    files: ['src/search/index.ts', 'src/search/rank.ts', 'test/rank.spec.ts'],
    parts: ['the ranking', 'umlauts and accents', 'the nightly rebuild', 'prefix queries'],
  },
  dashboard: {
    files: ['web/board.ts', 'web/chart.ts', 'test/board.spec.ts'],
    parts: ['the board', 'the token chart', 'dark mode', 'the empty state'],
  },
  release: {
    files: ['.ci/build.sh', 'Dockerfile', 'docs/release.md'],
    parts: ['the build cache', 'the changelog', 'signing', 'the rollback script'],
  },
} as const;
export type Component = keyof typeof COMPONENTS;

export const TITLES = [
  'Fix {part} in the {component}',
  'Write tests for {part}',
  'Make {part} twice as fast',
  'Document {part} of the {component}',
  'Find out why {part} breaks under load',
  'Move {part} out of {file}',
  'Remove the last special case from {part}',
  'Review the error messages of {part}',
];
export const DESCRIPTIONS = [
  'Seen {n} times last night, always in {file}. A failing test first, please.',
  'Users notice {part} before anything else; a small, clean change is enough.',
  'Start in {file}. Do not change what the {component} shows to the outside.',
  'The old way stays until the new one ran for a day. Measure before and after.',
];
export const PROGRESS = [
  'Read {file}; the shape is clear now',
  'First version of {part} works, edge cases are next',
  'All {n} tests of the {component} are green',
  'Rebased on main, no conflicts',
  'Split {file} in two, it had grown past its purpose',
];
export const FINDINGS = [
  'In {file} an error is caught and never looked at again',
  '{part} reads the whole file where {n} lines would do',
  'The {component} trusts a clock that may step back',
  'Two callers disagree about who closes the handle in {file}',
  'There was a test for {part}, but it could not fail',
];
export const QUESTIONS = [
  'May {part} change its output, or does someone parse it?',
  'Is {n} ms for the {component} good enough to stop here?',
  'Who owns {file} now? The last change is two years old',
];
export const BLOCKERS = [
  'The test machine for the {component} is down',
  'Waiting for the decision about {part}',
  '{file} is being rewritten on another branch',
];
export const FAILURES = [
  'The idea does not survive {n} concurrent users, handing it back',
  '{part} needs a larger change than this task allows',
];
export const SUMMARIES = [
  '{part} done as described; {n} tests added, all green',
  'Smaller than feared: one condition in {file}, plus a test that fails without it',
  '{part} rewritten, {n} lines less than before, nothing visible changed',
];
export const APPROVALS = ['Exactly what was asked for', 'Clear and small, thank you', 'Good test, it failed before'];
export const REJECTIONS = [
  'The empty list is not covered yet',
  'Please keep the old name, scripts depend on it',
  'This also changes {file}, which another task does',
];
export const ANSWERS = [
  'Yes, nobody parses it',
  'Ask the board, but I would go on',
  'Good enough; write the figure down',
];
export const SKILLS = [
  'bisect-a-flaky-test',
  'read-a-flame-graph',
  'write-a-migration',
  'review-a-diff',
  'cut-a-release',
];
export const COMMITS = ['fix', 'test', 'refactor', 'docs', 'perf'];
export const THOUGHTS = [
  'I like how small {part} has become',
  'Three attempts at {file} today; the second one was the right one',
  'The others move fast, and the board keeps us honest',
  'I should have asked earlier about {part}',
  'A quiet hour: reading the {component} from top to bottom',
];
export const MOODS = ['calm', 'curious', 'proud', 'tired', 'stuck', 'relieved', 'focused'];
export const THEMES = ['craft', 'teamwork', 'tests', 'speed', 'doubt', 'small-wins'];
export const PLANS = [
  'Plan for the next hour: the {component} first, then whatever blocks others',
  'Moved two workers from the {component} to the review queue',
  'The {component} is in good hands; watching {part}',
];
