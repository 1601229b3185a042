import { Lieutenant } from './lieutenant.ts';
import { say, topicOf } from './prose.ts';
import { chance } from './random.ts';
import { PLANS } from './vocabulary.ts';

/** Plans: fills the board faster than any lieutenant, watches the whole, and tells what it costs. */
export class Orchestrator extends Lieutenant {
  protected override async act(): Promise<void> {
    await this.fillTheBoard();
    if (chance(0.3)) await this.api.glance('/feed/stats');
    if (chance(0.3)) await this.api.glance('/registry/vms?status=running');
    if (chance(0.25)) await this.tell('custom', say(PLANS, topicOf()), { metadata: { kind: 'plan' } });
    if (chance(0.2)) {
      const { cost } = this.tokens;
      await this.tell('cost_update', `Spent so far: $${cost.toFixed(2)}`, { metadata: { usd: cost } });
    }
  }
}
