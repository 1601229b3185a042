import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LeaseKeeper } from '../../src/modules/board/lease-keeper.js';
import { TestApp } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeTask } from '../support/make.js';

const MAX_ATTEMPTS = 2;
const AGENTS = ['ann', 'bob'] as const;
const SESSIONS = [undefined, 's1'] as const;

/** Who may have a task: an agent in one of its sessions. */
interface Claimer {
  agent: (typeof AGENTS)[number];
  session: (typeof SESSIONS)[number];
}

/** What a task must be, told in as few words as possible. */
interface Model {
  status: string;
  holder?: Claimer & { fence: number; seconds: number; endsAt: number };
  attempts: number;
  isDead: boolean;
  version: number;
  now: number;
  /** The fence that each claimer believes to hold. */
  fences: Map<string, number>;
  lastFence: number;
}

interface Real {
  id: string;
}

type Command = fc.AsyncCommand<Model, Real>;

let app: TestApp;
let clock: FakeClock;

beforeAll(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});

afterAll(() => app.stop());

const keyOf = ({ agent, session }: Claimer): string => `${agent}/${session ?? ''}`;

function free(model: Model, status: string): void {
  model.status = status;
  model.holder = undefined;
  model.version += 1;
}

function endAttempt(model: Model): void {
  model.attempts += 1;
  model.isDead = model.attempts >= MAX_ATTEMPTS;
  free(model, model.isDead ? 'blocked' : 'open');
}

async function post(path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, body: answer } = await app.api.post(path).send(body);
  return { status, body: answer as Record<string, unknown> };
}

/** The task is what the model says, after every command. */
async function agrees(model: Model, { id }: Real): Promise<void> {
  const { body } = await app.api.get(`/board/tasks/${id}`);
  const { status, attempts, version, deadLetter, lease } = body as Record<string, unknown>;
  const holder = lease as { agent: string; session?: string; fence: number } | undefined;
  expect({ status, attempts, version, isDead: deadLetter === true, holder: holder?.fence }).toEqual({
    status: model.status,
    attempts: model.attempts,
    version: model.version,
    isDead: model.isDead,
    holder: model.holder?.fence,
  });
}

class ClaimIt implements Command {
  constructor(
    private readonly claimer: Claimer,
    private readonly seconds: number,
  ) {}

  check = (): boolean => true;

  async run(model: Model, real: Real): Promise<void> {
    const { claimer, seconds } = this;
    const { status, body } = await post(`/board/tasks/${real.id}/claim`, { ...claimer, leaseSeconds: seconds });
    const isMine = model.holder && keyOf(model.holder) === keyOf(claimer);
    if (model.holder && !isMine) expect([status, body['code']]).toEqual([409, 'held']);
    else if (!isMine && model.status !== 'open') expect([status, body['code']]).toEqual([409, 'not_claimable']);
    else {
      const { fence } = body['lease'] as { fence: number };
      if (isMine) expect([status, fence]).toEqual([200, model.holder?.fence]);
      else {
        expect(status).toBe(200);
        expect(fence).toBeGreaterThan(model.lastFence);
        model.version += 1;
        model.lastFence = fence;
      }
      model.status = 'in_progress';
      model.holder = { ...claimer, fence, seconds, endsAt: model.now + seconds };
      model.fences.set(keyOf(claimer), fence);
    }
    await agrees(model, real);
  }

  toString = (): string => `${keyOf(this.claimer)} claims for ${this.seconds} s`;
}

class UseFence implements Command {
  constructor(
    private readonly claimer: Claimer,
    private readonly verb: 'renew' | 'release' | 'complete' | 'fail',
  ) {}

  check = (model: Readonly<Model>): boolean => model.fences.has(keyOf(this.claimer));

  async run(model: Model, real: Real): Promise<void> {
    const fence = model.fences.get(keyOf(this.claimer));
    const { status, body } = await post(`/board/tasks/${real.id}/${this.verb}`, { fence, reason: 'so' });
    const { holder } = model;
    if (!holder || holder.fence !== fence) expect([status, body['code']]).toEqual([409, 'lease_lost']);
    else {
      expect(status).toBe(200);
      if (this.verb === 'renew') holder.endsAt = model.now + holder.seconds;
      else if (this.verb === 'fail') endAttempt(model);
      else free(model, this.verb === 'release' ? 'open' : 'done');
    }
    await agrees(model, real);
  }

  toString = (): string => `${keyOf(this.claimer)} ${this.verb}s`;
}

class LetPass implements Command {
  constructor(private readonly seconds: number) {}

  check = (): boolean => true;

  async run(model: Model, real: Real): Promise<void> {
    clock.pass(this.seconds * 1000);
    model.now += this.seconds;
    await app.app.get(LeaseKeeper).sweep();
    if (model.holder && model.holder.endsAt <= model.now) endAttempt(model);
    await agrees(model, real);
  }

  toString = (): string => `${this.seconds} s pass`;
}

class MoveByHand implements Command {
  constructor(private readonly status: string) {}

  check = (): boolean => true;

  async run(model: Model, real: Real): Promise<void> {
    const { status } = await app.api.patch(`/board/tasks/${real.id}`).send({ status: this.status });
    expect(status).toBe(200);
    model.version += 1;
    model.status = this.status;
    if (this.status !== 'in_progress') model.holder = undefined;
    if (model.isDead && this.status !== 'blocked') {
      model.isDead = false;
      model.attempts = 0;
    }
    await agrees(model, real);
  }

  toString = (): string => `somebody makes it ${this.status}`;
}

describe('a lease', () => {
  const claimer: fc.Arbitrary<Claimer> = fc.record({
    agent: fc.constantFrom(...AGENTS),
    session: fc.constantFrom(...SESSIONS),
  });
  const commands = [
    fc.tuple(claimer, fc.constantFrom(30, 60, 90)).map((given) => new ClaimIt(...given)),
    fc
      .tuple(claimer, fc.constantFrom('renew' as const, 'release' as const, 'complete' as const, 'fail' as const))
      .map((given) => new UseFence(...given)),
    fc.constantFrom(1, 29, 30, 60).map((seconds) => new LetPass(seconds)),
    fc
      .constantFrom('open', 'open', 'in_progress', 'in_review', 'blocked', 'done')
      .map((status) => new MoveByHand(status)),
  ];

  it('does what a simple model says, whatever is done in whatever order', async () => {
    const check = async (given: Iterable<Command>): Promise<void> => {
      const { id } = await makeTask(app, { maxAttempts: MAX_ATTEMPTS });
      const model: Model = {
        status: 'open',
        attempts: 0,
        isDead: false,
        version: 1,
        now: 0,
        fences: new Map(),
        lastFence: 0,
      };
      await fc.asyncModelRun(() => ({ model, real: { id } }), given);
    };
    await fc.assert(fc.asyncProperty(fc.commands(commands, { size: '+1' }), check), { numRuns: 60 });
  }, 120_000);
});
