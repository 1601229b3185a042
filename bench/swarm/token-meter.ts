import { count } from './random.ts';

/** What an agent's model has used so far. */
export class TokenMeter {
  private readonly agent: string;
  private input = 0;
  private output = 0;

  constructor(agent: string) {
    this.agent = agent;
  }

  /** One more turn of the model, as the event that agents publish about it. */
  turn(): { detail: string } {
    const [inputTokens, outputTokens] = [count(900, 18_000), count(60, 2200)];
    this.input += inputTokens;
    this.output += outputTokens;
    const detail = {
      agent: this.agent,
      tokensThisTurn: inputTokens + outputTokens,
      totalTokens: this.input + this.output,
      inputTokens,
      outputTokens,
      timestamp: new Date().toISOString(),
    };
    return { detail: JSON.stringify(detail) };
  }

  total(): string {
    return `${this.input + this.output} tokens in all`;
  }

  get cost(): number {
    return Math.round((this.input * 3 + this.output * 15) / 10_000) / 100;
  }
}
