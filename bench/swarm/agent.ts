import type { EventType } from '../../src/modules/feed/event.entity.ts';
import type { VmRole } from '../../src/modules/registry/vm.entity.ts';
import { InDoubt, Refused, Unreachable } from './api-client.ts';
import { say, type Topic, topicOf } from './prose.ts';
import { between, chance, count, pauseMs, pick, some } from './random.ts';
import type { SwarmApi } from './swarm-api.ts';
import { TokenMeter } from './token-meter.ts';
import { MOODS, THEMES, THOUGHTS } from './vocabulary.ts';
import type { World } from './world.ts';

const MEAN_PAUSE_MS = 900;
const BEAT_MS = 8000;
const ARRIVAL_MAX_MS = 4000;
const GLANCES = ['/feed/events?limit=20', '/log?last=1h&limit=20', '/registry/discover/lieutenant'];

export interface Identity {
  name: string;
  role: VmRole;
  registeredBy: string;
}

/** One agent: arrives, works at its own pace, and stays, falls silent or stops. What it does is up to its kind. */
export abstract class Agent {
  readonly name: string;
  protected readonly world: World;
  protected readonly api: SwarmApi;
  private readonly identity: Identity;
  private readonly vmId: string;
  /** How much slower than the average it is. */
  private readonly slowness = between(0.5, 1.8);
  protected readonly tokens: TokenMeter;
  private nextBeatAt = 0;

  constructor(world: World, identity: Identity) {
    this.world = world;
    this.api = world.api;
    this.identity = identity;
    this.name = identity.name;
    this.vmId = `vm-${identity.name}`;
    this.tokens = new TokenMeter(identity.name);
  }

  /** One thing done; the pause comes after it. */
  protected abstract act(): Promise<void>;

  async live(): Promise<void> {
    await this.world.pause(between(0, Math.min(ARRIVAL_MAX_MS, this.world.lifetimeMs / 10)));
    if (!(await this.patiently(() => this.arrive())) && !(await this.patiently(() => this.arrive()))) {
      this.api.ledger.complaints.push(`${this.name} could not register`);
      return;
    }
    const [fate, leavesAt] = [chance(0.12) ? 'stops' : chance(0.1) ? 'falls silent' : 'stays', between(0.3, 0.95)];
    while (!this.world.isOver && !this.isGone()) {
      if (fate !== 'stays' && this.world.progress > leavesAt) break;
      await this.patiently(async () => {
        await this.beatIfDue();
        await this.act();
        if (chance(0.2)) await this.tell('token_update', 'Tokens of the last turn', this.tokens.turn());
      });
      await this.world.pause(pauseMs(MEAN_PAUSE_MS * this.slowness));
    }
    if (fate === 'falls silent' || this.isGone()) this.vanish();
    else await this.patiently(() => this.putDown());
    if (fate === 'stops') await this.patiently(() => this.leave());
  }

  /** True for one that will not be heard of again. */
  protected isGone(): boolean {
    return false;
  }

  /** Leaves what it has in hand lying. */
  protected vanish(): void {
    // Only some have anything in hand.
  }

  /** Gives back what it has in hand. */
  protected putDown(): Promise<void> {
    return Promise.resolve();
  }

  protected tell(type: EventType, summary: string, more: { detail?: string; metadata?: object } = {}): Promise<void> {
    // The run's mark lets the stream and the list be checked on a server that others use as well.
    const metadata = { run: this.api.ledger.run, ...more.metadata };
    return this.api.publish({ agent: this.name, type, summary, ...more, metadata });
  }

  protected log(text: string): Promise<void> {
    return this.api.writeLog({ text, agent: this.name });
  }

  /** What an agent does between two pieces of work. */
  protected async idle(topic: Topic = topicOf()): Promise<void> {
    if (chance(0.3)) await this.reflect(topic);
    else await this.api.glance(pick(GLANCES));
  }

  protected reflect(topic: Topic): Promise<void> {
    const tags = some(THEMES, 2);
    return this.api.writeJournal({
      text: say(THOUGHTS, topic),
      author: this.name,
      mood: chance(0.8) ? pick(MOODS) : undefined,
      tags: tags.length > 0 ? [...tags, topic.component] : undefined,
    });
  }

  private async arrive(): Promise<void> {
    const { name, role, registeredBy } = this.identity;
    await this.api.register({
      id: this.vmId,
      name,
      role,
      status: 'running',
      address: `${this.vmId}.vm.example`,
      registeredBy,
      services: [{ name: 'agent', port: 4100 + count(0, 99), healthPath: '/health', protocol: 'http' }],
      metadata: { run: this.api.ledger.run, region: pick(['eu', 'us', 'ap']), cores: pick([2, 4, 8]) },
    });
    await this.tell('agent_started', `${name} is here as ${role}`);
  }

  private async leave(): Promise<void> {
    await this.api.updateVm(this.vmId, { status: 'stopped' });
    await this.tell('agent_stopped', `${this.name} is done for today`, { detail: this.tokens.total() });
  }

  private async beatIfDue(): Promise<void> {
    if (performance.now() < this.nextBeatAt) return;
    this.nextBeatAt = performance.now() + BEAT_MS * between(0.8, 1.2);
    await this.api.beat(this.vmId);
  }

  /** A broken connection or a server that is down for a while is no reason to give up; a refusal is a mistake to report. */
  private async patiently(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Refused) this.api.ledger.complaints.push(`${this.name}: ${error.message}`);
      else if (!(error instanceof InDoubt || error instanceof Unreachable)) throw error;
      return false;
    }
  }
}
