/** A page of the dashboard: its template, and the parts in it that are read, rendered and refreshed one by one. */
export interface UiPage<PartName extends string = string> {
  /** Folder in `ui/templates` with `page.eta` and a template for each part. */
  template: string;
  /** Stands in the browser's tab. */
  title: string;
  /** What `page.eta` itself shows, such as the filters that are set; parts see it too. */
  data?: object;
  parts: Record<PartName, UiPart>;
  /** Directives of the Content-Security-Policy that this page needs beside or in place of the usual ones. */
  policy?: Record<string, string>;
  /** What it shows opens something to anyone: it is not compressed, so that its size tells nothing of it. */
  hasSecrets?: boolean;
}

export interface UiPart {
  /**
   * Topics of `live-topics.ts`; when one of them changes, open pages fetch the part anew. `board:<id>` is one thing of
   * a topic.
   */
  live?: string[];
  /** Its template, where that is not the one of the part's name in the page's folder. */
  template?: string;
  /** Reads what the part shows, `undefined` when that is nothing; called only when the part is wanted. */
  load: () => object | undefined | Promise<object | undefined>;
}
