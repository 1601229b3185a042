/** Adds up what one run of the agent uses: the work on one prompt. */

import type { Config } from '../config.ts';
import type { UsageCounts, UsageSession } from '../contract.ts';
import type { AgentMessage } from '../pi-api.ts';

export type UsageRecord = Omit<UsageSession, 'id' | 'recordedAt'>;
type TurnUsage = NonNullable<AgentMessage['usage']>;

const KINDS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;
/** The server takes counts of so many tools. */
const MAX_TOOLS = 1000;

const zero = (): UsageCounts => ({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 });

export class RunUsage {
  readonly tokens = zero();
  readonly cost = zero();
  turns = 0;
  private readonly toolCalls = new Map<string, number>();
  private readonly startedAt = new Date().toISOString();

  constructor(
    readonly sessionId: string,
    public model: string,
  ) {}

  /** Counts a turn; gives its tokens when the model said how many. */
  turn({ usage, model }: AgentMessage): Pick<UsageCounts, 'input' | 'output' | 'total'> | undefined {
    this.turns += 1;
    if (model) this.model = model;
    if (!usage) return undefined;
    for (const kind of KINDS) {
      this.tokens[kind] += whole(usage[kind]);
      this.cost[kind] += positive(usage.cost?.[kind]);
    }
    const total = totalOf(usage);
    this.tokens.total += total;
    this.cost.total += positive(usage.cost?.total);
    return { input: whole(usage.input), output: whole(usage.output), total };
  }

  toolCall(name: string): void {
    if (this.toolCalls.has(name) || this.toolCalls.size < MAX_TOOLS)
      this.toolCalls.set(name, (this.toolCalls.get(name) ?? 0) + 1);
  }

  /** False for an attempt that failed before the model said anything. */
  get isWorthRecording(): boolean {
    return this.tokens.total > 0 || this.cost.total > 0;
  }

  /** As the server takes it. */
  record({ agent, parentAgent }: Config): UsageRecord {
    const { sessionId, model, tokens, cost, turns, startedAt } = this;
    const toolCalls = Object.fromEntries(this.toolCalls);
    const endedAt = new Date().toISOString();
    return {
      sessionId,
      agent,
      parentAgent: parentAgent ?? null,
      model,
      tokens,
      cost,
      turns,
      toolCalls,
      startedAt,
      endedAt,
    };
  }
}

function totalOf(usage: TurnUsage): number {
  return whole(usage.totalTokens) || KINDS.reduce((sum, kind) => sum + whole(usage[kind]), 0);
}

/** Providers are not always exact about these. */
function positive(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : 0;
}

const whole = (value: number | undefined): number => Math.round(positive(value));
