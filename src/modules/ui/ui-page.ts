/** A page of the dashboard: its template, and the parts in it that are read, rendered and refreshed one by one. */
export interface UiPage<PartName extends string = string> {
  /** Folder in `ui/templates` with `page.eta` and a template for each part. */
  template: string;
  /** Stands in the browser's tab. */
  title: string;
  /** What `page.eta` itself shows, such as the filters that are set; parts see it too. */
  data?: object;
  parts: Record<PartName, UiPart>;
}

export interface UiPart {
  /**
   * Topics of `live-topics.ts`; when one of them changes, open pages fetch the part anew. `board:<id>` is one thing of
   * a topic.
   */
  live?: string[];
  /** Reads what the part shows; called only when the part is wanted. */
  load: () => object | Promise<object>;
}
