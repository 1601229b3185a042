import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../../../common/clock.js';
import type { Answer } from '../../../common/http/answer.js';
import { compressed } from '../../../common/http/compressed.js';
import { html, Html } from '../../../common/pages/html.js';
import { pagePolicy, Pages } from '../../../common/pages/pages.js';
import { themeOf } from '../../../common/pages/theme.js';
import { UiKits } from '../kit/ui-kits.js';
import { LiveChanges } from '../live/live-changes.js';
import { NAVIGATION } from './navigation.js';
import type { UiPage } from './ui-page.js';

/** Names the parts that are wanted, separated by commas; without it the whole page is. */
const PARTS_HEADER = 'X-Parts';

/** Shows the dashboard's pages: the navigation around them, and their parts one by one. */
@Injectable()
export class Frame {
  constructor(
    private readonly pages: Pages,
    private readonly live: LiveChanges,
    private readonly kits: UiKits,
    private readonly clock: Clock,
  ) {}

  /** The page, or those of its parts that the request asks for. */
  async show(request: Request, page: UiPage): Promise<Answer> {
    // Taken before anything is read: what changes meanwhile is told to the page again.
    const live = { ...this.live.now(), now: this.clock.now() };
    const shared = { ui: this.kits.of(request), ...page.data };
    const wanted = request.get(PARTS_HEADER)?.split(',') ?? Object.keys(page.parts);
    const parts = await this.render(page, wanted, shared);
    const markup =
      request.get(PARTS_HEADER) === undefined
        ? this.pages.render(`${page.template}/page`, {
            ...shared,
            title: page.title,
            theme: themeOf(request),
            navigation: NAVIGATION,
            live,
            part: (name: string) => parts.get(name),
          })
        : [...parts.values()].join('');
    const answer = this.pages.answer(markup, { 'Content-Security-Policy': pagePolicy(page.policy) });
    return page.hasSecrets ? answer : compressed(request, answer);
  }

  private async render(page: UiPage, wanted: string[], shared: object): Promise<Map<string, Html>> {
    const parts = Object.entries(page.parts).filter(([name]) => wanted.includes(name));
    const rendered = await Promise.all(
      parts.map(async ([name, part]): Promise<[string, Html]> => {
        const { load, live = [], template = `${page.template}/${name}` } = part;
        const data = await load();
        const inside = new Html(data ? this.pages.render(template, { ...shared, ...data }) : '');
        return [name, html`<div class="part" data-part="${name}" data-live="${live.join(' ')}">${inside}</div>`];
      }),
    );
    return new Map(rendered);
  }
}
