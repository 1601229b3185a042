import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Disk, DiskFile } from '../../src/common/storage/disk.js';
import { ClaimsService } from '../../src/modules/board/claims.service.js';
import { LeaseKeeper } from '../../src/modules/board/lease-keeper.js';
import { TestApp } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeTask } from '../support/make.js';

/** A disk that is full for some of the writes to come. */
class FullForAMomentDisk extends Disk {
  /** How many more writes succeed, and how many fail after that. */
  next = { good: Infinity, bad: 0 };

  override async open(path: string): Promise<DiskFile> {
    const file = await super.open(path);
    return {
      ...file,
      write: async (data, position) => {
        if (this.next.good > 0) this.next.good -= 1;
        else if (this.next.bad > 0) {
          this.next.bad -= 1;
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        }
        await file.write(data, position);
      },
    };
  }
}

let app: TestApp;
let clock: FakeClock;
let disk: FullForAMomentDisk;

beforeEach(async () => {
  clock = new FakeClock();
  disk = new FullForAMomentDisk();
  app = await TestApp.start({ clock, disk });
});

afterEach(() => app.stop());

async function statusOf(id: string): Promise<unknown> {
  return ((await app.api.get(`/board/tasks/${id}`)).body as { status: string }).status;
}

describe('while the disk is full', () => {
  it('nobody is given a task, and who waits gets it afterwards', async () => {
    const waiting = app.api.post('/board/claim').send({ agent: 'ann', waitSeconds: 60 });
    const answered = waiting.then(({ status, body }) => [status, body as unknown]);
    await app.api.get('/health');
    // The task is written; that somebody claims it, which goes to two logs, is not.
    disk.next = { good: 1, bad: 2 };
    const { id } = await makeTask(app);
    expect(await answered).toMatchObject([200, { task: { id, version: 2 } }]);
    expect(disk.next.bad).toBe(0);
  });

  it('who asks for a task is told, and waits for nothing', async () => {
    await makeTask(app);
    disk.next = { good: 0, bad: 2 };
    const { status, body } = await app.api.post('/board/claim').send({ agent: 'ann', waitSeconds: 60 });
    expect([status, body]).toMatchObject([503, { error: expect.stringContaining('nothing was changed') }]);
    expect((await app.api.post('/board/claim').send({ agent: 'bob' })).body).toMatchObject({ lease: { fence: 2 } });
  });

  it('an overdue lease neither ends nor becomes one that never does', async () => {
    const { id } = await makeTask(app);
    const claims = app.app.get(ClaimsService);
    await claims.claim(id, { agent: 'ann', leaseSeconds: 60 });
    clock.pass(60_000);
    disk.next = { good: 0, bad: 2 };
    const ended = claims.expire([id]);
    const taken = claims.claim(id, { agent: 'bob' });
    await expect(Promise.all([ended, taken])).rejects.toThrow('nothing was changed');
    await expect(taken).rejects.toThrow('nothing was changed');
    expect(await statusOf(id)).toBe('in_progress');
    await app.app.get(LeaseKeeper).sweep();
    expect(await statusOf(id)).toBe('open');
  });
});
