import { Logger } from '@nestjs/common';
import { Worker } from 'node:worker_threads';
import type { Rendering } from './rendering.js';

/** The built file, from `src` as well as from `dist`: a thread cannot run TypeScript. */
const WORKER = new URL('../../../dist/modules/reports/markdown.worker.js', import.meta.url);
/** A text that takes longer is shown as it is; an ordinary one of 1 MiB takes about a second. */
const RENDER_MAX_MS = 10_000;
/** Who waits longer for a turn does without. */
const WAIT_MAX_MS = 1000;
const QUEUE_MAX = 64;
const MEMORY_MAX_MEBIBYTES = 256;
const NOT_RENDERED: Rendering = { html: null, excerpt: '' };

interface Task {
  text: string;
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

  /** Gives `undefined` when it is not soon the text's turn, or the thread is stopped. */
  render(text: string): Promise<Rendering | undefined> {
    return this.waiting.size < QUEUE_MAX ? this.enqueue(text, WAIT_MAX_MS) : Promise.resolve(undefined);
  }

  /** Waits for the text's turn; gives `undefined` when the thread is stopped or does not work. */
  renderInTurn(text: string): Promise<Rendering | undefined> {
    return this.enqueue(text);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const { worker, waiting } = this;
    this.worker = undefined;
    for (const task of [...waiting]) this.withdraw(task);
    this.finish(undefined);
    await worker?.terminate();
  }

  private enqueue(text: string, waitMaxMs?: number): Promise<Rendering | undefined> {
    return new Promise((done) => {
      const task: Task = { text, done };
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
    task.timer = setTimeout(() => this.giveUp(), RENDER_MAX_MS);
    this.worker ??= this.start();
    this.worker.postMessage(task.text);
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
    this.logger.warn(`a report took longer than ${RENDER_MAX_MS} ms to render: it is shown as plain text`);
    this.finish(NOT_RENDERED);
  }

  private start(): Worker {
    const resourceLimits = { maxOldGenerationSizeMb: MEMORY_MAX_MEBIBYTES };
    const worker = new Worker(WORKER, { resourceLimits, execArgv: [], env: {} });
    worker.unref();
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
