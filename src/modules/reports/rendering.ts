/** To be raised whenever the same Markdown would be rendered otherwise: what an earlier version made is made anew. */
export const RENDERER_VERSION = 2;

/** What there is to render of a report. */
export interface Source {
  title: string;
  /** Markdown. */
  content: string;
}

/** A report's Markdown as a page shows it. */
export interface Rendering {
  /** Sanitised; `null` when the Markdown could not be rendered and is shown as plain text. */
  html: string | null;
  /** How the text begins, for previews. */
  excerpt: string;
}

/** What a page shows of a report. */
export interface Shown {
  /** The report's JSON without its content. */
  head: string;
  html: string | null;
  /** The Markdown itself, where there is no `html` to show. */
  content: string | null;
}
