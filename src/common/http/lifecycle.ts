import { Injectable } from '@nestjs/common';

/** Whether the server answers: it listens while it still reads its files, and while it already shuts down. */
@Injectable()
export class Lifecycle {
  private phase: 'starting' | 'running' | 'stopping' = 'starting';

  get isRunning(): boolean {
    return this.phase === 'running';
  }

  get isStopping(): boolean {
    return this.phase === 'stopping';
  }

  started(): void {
    if (this.phase === 'starting') this.phase = 'running';
  }

  stopping(): void {
    this.phase = 'stopping';
  }
}
