/** Tells the feed when the agent begins and ends to work, and after each turn how many tokens it took. */

import type { Background } from '../background.ts';
import type { Client } from '../client.ts';
import type { Config } from '../config.ts';
import type { EventType } from '../contract.ts';
import type { RunUsage } from './run-usage.ts';

export class Presence {
  private readonly publishNext: ReturnType<Background['lane']>;
  /** Of all runs of the session. */
  private total = { input: 0, output: 0, all: 0 };

  constructor(
    private readonly client: Client,
    private readonly config: Config,
    background: Background,
  ) {
    // One after the other, so that the feed has them in this order.
    this.publishNext = background.lane('feed');
  }

  sessionStarted(): void {
    this.total = { input: 0, output: 0, all: 0 };
  }

  started({ sessionId, model }: RunUsage): void {
    const { role, vmId, parentAgent } = this.config;
    this.publish('agent_started', `Started working with ${model}`, {
      metadata: { sessionId, model, role, vmId, parentAgent },
    });
  }

  turned(tokens: { input: number; output: number; total: number }): void {
    this.total.input += tokens.input;
    this.total.output += tokens.output;
    this.total.all += tokens.total;
    // Meters read this text, so its keys are a contract.
    const detail = JSON.stringify({
      agent: this.config.agent,
      tokensThisTurn: tokens.total,
      totalTokens: this.total.all,
      inputTokens: this.total.input,
      outputTokens: this.total.output,
      timestamp: new Date().toISOString(),
    });
    this.publish('token_update', `${tokens.total} tokens this turn, ${this.total.all} in this session`, { detail });
  }

  stopped({ sessionId, turns, tokens, cost }: RunUsage): void {
    const summary = `Stopped after ${turns} turns, ${tokens.total} tokens, $${cost.total.toFixed(4)}`;
    this.publish('agent_stopped', summary, { metadata: { sessionId, turns, tokens: tokens.total, cost: cost.total } });
  }

  private publish(type: EventType, summary: string, more: { detail?: string; metadata?: object }): void {
    const event = { agent: this.config.agent, type, summary, ...more };
    this.publishNext((signal) => this.client.post('/feed/events', event, signal));
  }
}
