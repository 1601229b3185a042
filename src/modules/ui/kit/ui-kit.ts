import type { Request } from 'express';
import { callerOf } from '../../../common/http/caller.js';
import { html, Html } from '../../../common/pages/html.js';
import type { FeedEvent } from '../../feed/event.entity.js';
import type { TaskStatus } from '../../board/task.entity.js';
import type { ExportEnding } from '../exports/export-formats.js';
import { ago, compact, compactDollars, dollars, duration, exact, left, whole } from './formats.js';
import { icon, type IconName } from './icons.js';
import { sparkline } from './sparkline.js';

export const STATUS_NAMES: Record<TaskStatus, string> = {
  open: 'Open',
  in_progress: 'In progress',
  in_review: 'In review',
  blocked: 'Blocked',
  done: 'Done',
};

/** From the highest to the lowest. */
export const PRIORITY_NAMES = ['Highest', 'High', 'Usual', 'Low', 'Lowest'] as const;
const USUAL_PRIORITY = 2;
const KIND_MAX_CHARACTERS = 40;

/** The small pieces that templates are made of, as `it.ui`. */
export class UiKit {
  readonly icon = icon;
  readonly sparkline = sparkline;
  readonly whole = whole;
  readonly compact = compact;
  readonly dollars = dollars;
  readonly compactDollars = compactDollars;
  readonly duration = duration;
  readonly statusNames = STATUS_NAMES;
  readonly priorityNames = PRIORITY_NAMES;

  /** @param origin where the server is reached, for commands and addresses that people copy */
  constructor(
    private readonly request: Request | undefined,
    private readonly now: number,
    private readonly origin: string,
  ) {}

  /** Path of the page that is shown. */
  get path(): string {
    return this.request?.path ?? '';
  }

  /** The name of who looks at the page; empty when it is nobody in particular. */
  get who(): string {
    return (this.request && callerOf(this.request).name) ?? '';
  }

  /** When the page was made, for commands that people copy. */
  get timestamp(): string {
    return new Date(this.now).toISOString();
  }

  /** The address of the page that is shown, with these filters changed; an empty one is taken away. */
  link(changes: Record<string, string | undefined>): string {
    return this.path + this.filters(changes);
  }

  /** The filters of the page that is shown, some of them changed, as what follows a path: empty or `?…`. */
  filters(changes: Record<string, string | undefined>): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...this.request?.query, ...changes })) {
      if (typeof value === 'string' && value !== '') query.set(name, value);
    }
    return query.size > 0 ? `?${query.toString()}` : '';
  }

  /** Where the list of this page, with its filters, is had as a file; `folder` names one of several. */
  exportLink(ending: ExportEnding, folder = ''): string {
    return `${this.path.replace(/\/$/, '')}/${folder}export.${ending}${this.filters({ cursor: '' })}`;
  }

  /** An address in the dashboard, its path's parts and its filters encoded. */
  to(path: string, ...ids: string[]): string {
    return ['/ui', path, ...ids.map(encodeURIComponent)].join('/');
  }

  /** The whole address of a path, for people to pass on. */
  address(path: string): string {
    return this.origin + path;
  }

  ago(iso: string): string {
    return ago(Date.parse(iso), this.now);
  }

  /** How long ago; the exact time on hover. */
  time(iso: string): Html {
    return html`<time datetime="${iso}" title="${exact(iso)}" data-ago>${this.ago(iso)}</time>`;
  }

  /** How much time is left until then; the exact time on hover. */
  left(iso: string): Html {
    return html`<time datetime="${iso}" title="${exact(iso)}" data-left>${left(Date.parse(iso), this.now)}</time>`;
  }

  /** The day; the exact time on hover. */
  day(iso: string): Html {
    return html`<time datetime="${iso}" title="${exact(iso)}">${iso.slice(0, 10)}</time>`;
  }

  /** The time of day, for lists by day; the exact time on hover. */
  timeOfDay(iso: string): Html {
    return html`<time datetime="${iso}" title="${exact(iso)}">${iso.slice(11, 19)}</time>`;
  }

  /** A short label; `kind` gives colour and shape. */
  badge(kind: IconName, text: string): Html {
    return html`<span class="badge is-${kind}">${icon(kind)}${text}</span>`;
  }

  status(status: TaskStatus): Html {
    return this.badge(status, STATUS_NAMES[status]);
  }

  /** Nothing for the usual one. */
  priority(priority: number): Html {
    if (priority === USUAL_PRIORITY) return html``;
    return html`<span class="priority is-${priority}" title="${PRIORITY_NAMES[priority]} priority">P${priority}</span>`;
  }

  /** An agent's name, which leads to what it told. */
  agent(name: string): Html {
    return html`<a class="agent" href="/ui/feed?agent=${encodeURIComponent(name)}">${name}</a>`;
  }

  /** What an event is: its type in words, or what a custom one says of itself as `metadata.kind`. */
  eventType({ type, metadata }: Pick<FeedEvent, 'type' | 'metadata'>): Html {
    const { kind } = metadata ?? {};
    const isNamed = type === 'custom' && typeof kind === 'string' && kind.trim() !== '';
    const name = isNamed && kind.length <= KIND_MAX_CHARACTERS ? kind : type;
    return html`<span class="event-type is-${type}">${name.replaceAll('_', ' ')}</span>`;
  }

  tags(tags: readonly string[]): Html {
    return html`${tags.map((tag) => html`<span class="tag">${tag}</span> `)}`;
  }

  /** A link that an agent gave: only to the web, whatever else it may be. */
  external(url: string, label: string): Html {
    const { protocol } = URL.parse(url) ?? {};
    if (protocol !== 'https:' && protocol !== 'http:') return html`<span title="${url}">${label}</span>`;
    return html`<a href="${url}" title="${url}" rel="noopener noreferrer nofollow" target="_blank">${label}</a>`;
  }

  /** The end of an id, enough to tell two apart by eye; all of it on hover. */
  shortId(id: string): Html {
    return html`<code class="id" title="${id}">…${id.slice(-6)}</code>`;
  }

  /** The command that makes the first of what a page would show. */
  curl(path: string, body: object): string {
    const json = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
    return `curl ${this.origin}${path} \\\n  -H "Authorization: Bearer $VERS_AUTH_TOKEN" \\\n  -d '${json}'`;
  }
}
