import type { FeedEvent } from '../../feed/event.entity.js';

/** Longer ones are not what an agent says about a turn. */
const DETAIL_MAX_CHARACTERS = 10_000;
/** More than any turn takes; larger numbers would drown all others. */
const TURN_MAX_TOKENS = 1e9;

const OBJECT = /^\s*\{/;

/** What a model took and gave in one turn. */
export interface TurnTokens {
  total: number;
  output: number;
}

/** What a `token_update` says in its `detail`, which any agent can write as it likes; nothing when it makes no sense. */
export function turnTokens({ type, detail = '' }: FeedEvent): TurnTokens | undefined {
  if (type !== 'token_update' || detail.length > DETAIL_MAX_CHARACTERS) return undefined;
  const said = parsed(detail);
  const output = amount(said['outputTokens']);
  const total = amount(said['tokensThisTurn']) ?? sum(amount(said['inputTokens']), output);
  return total === undefined ? undefined : { total, output: Math.min(output ?? 0, total) };
}

function parsed(text: string): Record<string, unknown> {
  // To find out by parsing what is no JSON at all costs more than to store the event.
  if (!OBJECT.test(text)) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= TURN_MAX_TOKENS ? value : undefined;
}

function sum(input: number | undefined, output: number | undefined): number | undefined {
  return input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
}
