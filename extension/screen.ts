/** What a person at pi sees of this extension. Without one, and on a session that is gone, it is all for nothing. */

import type { Context } from './pi-api.ts';

const KEY = 'agent-services';

export class Screen {
  private ctx?: Context;
  /** What has failed first, and not worked again since. */
  private troubled?: string;

  attach(ctx: Context): void {
    this.ctx = ctx.hasUI ? ctx : undefined;
    this.troubled = undefined;
  }

  detach(): void {
    this.ctx = undefined;
  }

  /** Says once what is wrong: not again, and nothing else, before it is over. */
  trouble(topic: string, message: string): void {
    if (this.troubled !== undefined) return;
    this.troubled = topic;
    this.draw(({ ui }) => ui.setStatus(KEY, `agent services: ${message}`));
  }

  /** Takes it back once the same has worked again. */
  recovered(topic: string): void {
    if (this.troubled !== topic) return;
    this.troubled = undefined;
    this.draw(({ ui }) => ui.setStatus(KEY, undefined));
  }

  widget(lines: string[]): void {
    this.draw(({ ui }) => ui.setWidget(KEY, lines));
  }

  tell(message: string): void {
    this.draw(({ ui }) => ui.notify(message, 'info'));
  }

  private draw(draw: (ctx: Context) => void): void {
    try {
      if (this.ctx) draw(this.ctx);
    } catch {
      this.ctx = undefined;
    }
  }
}
