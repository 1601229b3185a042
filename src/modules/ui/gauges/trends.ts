import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Lifecycle } from '../../../common/http/lifecycle.js';
import { BoardService } from '../../board/board.service.js';
import type { TaskStatus } from '../../board/task.entity.js';
import { RegistryService } from '../../registry/registry.service.js';

const SAMPLE_MS = 15_000;
const SAMPLES_MAX = 60;

/** What is counted now and then. */
export type Gauge = TaskStatus | 'alive' | 'stale';

/** The last quarter of an hour of what can be counted, in memory since the start. */
@Injectable()
export class Trends implements OnModuleDestroy {
  private readonly samples: Record<Gauge, number>[] = [];
  private readonly timer = setInterval(() => this.sample(), SAMPLE_MS).unref();

  constructor(
    private readonly board: BoardService,
    private readonly registry: RegistryService,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** What each gauge shows now. */
  now(): Record<Gauge, number> {
    return { ...this.board.counts(), ...this.registry.counts() };
  }

  /** What a gauge showed, oldest first. */
  of(gauge: Gauge): number[] {
    if (this.samples.length === 0) this.sample();
    return this.samples.map((sample) => sample[gauge]);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    if (!this.lifecycle.isRunning) return;
    this.samples.push(this.now());
    if (this.samples.length > SAMPLES_MAX) this.samples.shift();
  }
}
