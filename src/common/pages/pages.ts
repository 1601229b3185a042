import { Injectable } from '@nestjs/common';
import { Eta } from 'eta';
import { join } from 'node:path';
import { Answer } from '../http/answer.js';
import { Assets } from './assets.js';
import { escapeHtml } from './html.js';
import { UI_FOLDER } from './ui-folder.js';

const HTML_TYPE = 'text/html; charset=utf-8';

/** A page's own files are all that it may load, and nothing may frame it. */
const PAGE_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** The Content-Security-Policy of a page, with these directives added to those that every page has, or in their place. */
export function pagePolicy(directives: Record<string, string> = {}): string {
  const all = Object.entries({ ...PAGE_POLICY, ...directives });
  return all.map(([name, sources]) => `${name} ${sources}`).join('; ');
}

const PAGE_HEADERS = { 'Content-Security-Policy': pagePolicy(), 'Cache-Control': 'no-store' };

/**
 * Renders the templates of `ui/templates`. What they print is escaped unless it is `Html`; `it.asset(name)` is where an
 * asset is found, `it.joined(names)` where some styles are, joined.
 */
@Injectable()
export class Pages {
  private readonly eta = new Eta({ views: join(UI_FOLDER, 'templates'), cache: true, escapeFunction: escapeHtml });

  constructor(private readonly assets: Assets) {}

  /** A whole page; `headers` add to those that every page has, or replace them. */
  page(template: string, data: object = {}, headers: Record<string, string> = {}): Answer {
    return this.answer(this.render(template, data), headers);
  }

  /** Markup that was rendered before. */
  answer(markup: string, headers: Record<string, string> = {}): Answer {
    return new Answer(markup, HTML_TYPE, { ...PAGE_HEADERS, ...headers });
  }

  /** The text of a page or of a part of one. */
  render(template: string, data: object = {}): string {
    return this.eta.render(`./${template}`, {
      ...data,
      asset: (name: string) => this.assets.url(name),
      joined: (names: readonly string[]) => this.assets.stylesUrl(names),
    });
  }
}
