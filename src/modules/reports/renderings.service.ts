import { Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { Lifecycle } from '../../common/http/lifecycle.js';
import { MarkdownThread } from './markdown-thread.js';
import type { Rendering, Source } from './rendering.js';
import { RenderingsRepository } from './renderings.repository.js';

/** Sees to it that every report is rendered before someone reads it. */
@Injectable()
export class RenderingsService implements OnModuleDestroy {
  private readonly logger = new Logger('reports');
  private readonly thread = new MarkdownThread();
  private catchingUp?: Promise<void>;
  private isAskedAgain = false;

  constructor(
    private readonly repository: RenderingsRepository,
    lifecycle: Lifecycle,
  ) {
    lifecycle.whenStarted(() => this.catchUp());
  }

  async onModuleDestroy(): Promise<void> {
    await this.thread.stop();
    await this.catchingUp;
  }

  /** `undefined` when there is no room for it now: then {@link catchUp} does it later. */
  render(source: Source): Promise<Rendering | undefined> {
    return this.thread.render(source);
  }

  /** Renders, in the background, the reports that have no rendering of this version. */
  catchUp(): void {
    this.isAskedAgain = true;
    this.catchingUp ??= this.renderAll()
      .catch((error: unknown) => this.logger.warn({ err: error, msg: 'reports stay plain text until the next start' }))
      .finally(() => (this.catchingUp = undefined));
  }

  private async renderAll(): Promise<void> {
    while (this.isAskedAgain) {
      this.isAskedAgain = false;
      let next = this.repository.next('');
      while (next) {
        const rendering = await this.thread.renderInTurn(next);
        if (!rendering) return;
        await this.repository.keep(next.id, rendering);
        next = this.repository.next(next.id);
      }
    }
  }
}
