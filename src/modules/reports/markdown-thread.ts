import { Logger } from '@nestjs/common';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../common/built-thread.js';
import type { Rendering, Source } from './rendering.js';

const WORKER = 'modules/reports/markdown.worker.js';

interface Patience {
  /** A text that takes longer is shown as it is; an ordinary one of 1 MiB takes about a second. */
  renderMaxMs: number;
  /** Who waits longer for a turn does without. */
  waitMaxMs: number;
}

const PATIENCE: Patience = { renderMaxMs: 10_000, waitMaxMs: 1000 };
const QUEUE_MAX = 64;
const MEMORY_MAX_MEBIBYTES = 256;
const NOT_RENDERED: Rendering = { html: null, excerpt: '' };

interface Task {
  source: Source;
  done(rendering: Rendering | undefined): void;
  /** Ends its waiting, or its being rendered. */
  timer?: NodeJS.Timeout;
}

/** Renders Markdown outside the event loop, one text at a time; a thread that does not get done is replaced. */
export class MarkdownThread {
  private readonly logger = new Logger('reports');
  /** In the order of their coming. */
  private readonly waiting = new Set<Task>();
  private current?: Task;
  private worker?: Worker;
  private isStopped = false;
  private readonly patience: Patience;

  constructor(patience: Partial<Patience> = {}) {
    this.patience = { ...PATIENCE, ...patience };
  }

  /** Gives `undefined` when it is not soon the text's turn, or the thread is stopped. */
  render(source: Source): Promise<Rendering | undefined> {
    return this.waiting.size < QUEUE_MAX ? this.enqueue(source, this.patience.waitMaxMs) : Promise.resolve(undefined);
  }

  /** Waits for the text's turn; gives `undefined` when the thread is stopped or does not work. */
  renderInTurn(source: Source): Promise<Rendering | undefined> {
    return this.enqueue(source);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const { worker, waiting } = this;
    this.worker = undefined;
    for (const task of [...waiting]) this.withdraw(task);
    this.finish(undefined);
    await worker?.terminate();
  }

  private enqueue(source: Source, waitMaxMs?: number): Promise<Rendering | undefined> {
    return new Promise((done) => {
      const task: Task = { source, done };
      this.waiting.add(task);
      if (waitMaxMs !== undefined) task.timer = setTimeout(() => this.withdraw(task), waitMaxMs);
      if (this.isStopped) this.withdraw(task);
      else this.next();
    });
  }

  private withdraw(task: Task): void {
    clearTimeout(task.timer);
    this.waiting.delete(task);
    task.done(undefined);
  }

  private next(): void {
    const [task] = this.waiting;
    if (this.current || !task) return;
    this.waiting.delete(task);
    clearTimeout(task.timer);
    this.current = task;
    task.timer = setTimeout(() => this.giveUp(), this.patience.renderMaxMs);
    this.worker ??= this.start();
    this.worker.postMessage(task.source);
  }

  private finish(rendering: Rendering | undefined): void {
    const { current } = this;
    this.current = undefined;
    clearTimeout(current?.timer);
    current?.done(rendering);
    this.next();
  }

  private giveUp(): void {
    const { worker } = this;
    this.worker = undefined;
    void worker?.terminate();
    this.logger.warn(`a report took longer than ${this.patience.renderMaxMs} ms to render: it is shown as plain text`);
    this.finish(NOT_RENDERED);
  }

  private start(): Worker {
    const resourceLimits = { maxOldGenerationSizeMb: MEMORY_MAX_MEBIBYTES };
    const worker = startThread(WORKER, { resourceLimits });
    worker.on('message', (rendering: Rendering) => {
      if (this.worker === worker) this.finish(rendering);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      this.logger.warn({ err: error, msg: 'the thread that renders reports has failed' });
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.finish(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? NOT_RENDERED : undefined);
    });
    return worker;
  }
}
