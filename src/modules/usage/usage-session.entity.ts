import { ApiProperty } from '@nestjs/swagger';
import { TALLY_SCHEMA } from '../../common/validation/record-fields.js';

export const COUNTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'total'] as const;

/** Numbers of tokens, or US dollars. */
export class UsageCounts implements Record<(typeof COUNTS)[number], number> {
  /** @example 1200 */
  input!: number;

  /** @example 340 */
  output!: number;

  /** @example 52000 */
  cacheRead!: number;

  /** @example 8000 */
  cacheWrite!: number;

  /** @example 61540 */
  total!: number;
}

/** What one session of an agent has used. */
export class UsageSession {
  /**
   * A ULID; stays when the session is recorded again.
   * @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB
   */
  id!: string;

  /** @example session-81c2 */
  sessionId!: string;

  /** @example builder-1 */
  agent!: string;

  /** Who started the agent; `null` when nobody did. */
  @ApiProperty({ type: String, nullable: true, example: 'orchestrator' })
  parentAgent!: string | null;

  /** @example claude-opus-4 */
  model!: string;

  tokens!: UsageCounts;

  /** US dollars. */
  cost!: UsageCounts;

  /** @example 14 */
  turns!: number;

  /** As it was recorded: how many, or how many of each; 0 when nothing was said. */
  @ApiProperty({ ...TALLY_SCHEMA, example: { read: 12, bash: 7 } })
  toolCalls!: number | Record<string, number>;

  /** @example 2026-01-31T12:00:00.000Z */
  startedAt!: string;

  /** @example 2026-01-31T12:20:00.000Z */
  endedAt!: string;

  /**
   * When it was recorded last.
   * @example 2026-01-31T12:20:01.000Z
   */
  recordedAt!: string;
}

export class UsageSessionList {
  sessions!: UsageSession[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
