import { Agent } from './agent.ts';
import { say, topicOf } from './prose.ts';
import { chance } from './random.ts';
import { PROGRESS } from './vocabulary.ts';

/** Reads what the others do and writes it down. */
export class Scribe extends Agent {
  protected override async act(): Promise<void> {
    await this.api.glance('/feed/events?limit=50');
    if (chance(0.6)) await this.reflect(topicOf());
    else if (chance(0.5)) await this.log(`Seen today: ${say(PROGRESS, topicOf())}`);
    else await this.api.glance('/journal?last=1h&limit=20');
  }
}
