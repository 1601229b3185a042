import { Injectable } from '@nestjs/common';

/** Whether the server answers: it listens while it still reads its files, and while it already shuts down. */
@Injectable()
export class Lifecycle {
  private phase: 'starting' | 'running' | 'stopping' = 'starting';
  private readonly tasks: (() => void)[] = [];

  get isRunning(): boolean {
    return this.phase === 'running';
  }

  get isStopping(): boolean {
    return this.phase === 'stopping';
  }

  /** Has something done as soon as all data is read. */
  whenStarted(task: () => void): void {
    this.tasks.push(task);
  }

  started(): void {
    if (this.phase !== 'starting') return;
    this.phase = 'running';
    for (const task of this.tasks) task();
  }

  stopping(): void {
    this.phase = 'stopping';
  }
}
