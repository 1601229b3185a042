import { Injectable } from '@nestjs/common';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import { RENDERER_VERSION, Rendering, Source } from './rendering.js';

/** What reports look like, in `services.sqlite`; only what this version of the renderer made is ever read. */
@Injectable()
export class RenderingsRepository {
  // A report that is gone meanwhile gets none.
  private readonly upsert = this.database.write(
    `INSERT INTO report_renderings (report_id, renderer, excerpt, html)
     SELECT id, ${RENDERER_VERSION}, ?, ? FROM reports WHERE id = ?
     ON CONFLICT (report_id) DO UPDATE
       SET renderer = excluded.renderer, excerpt = excluded.excerpt, html = excluded.html`,
  );

  private readonly firstWithout = this.database.read<Source & { id: string }, [afterId: string]>(
    `SELECT id, head ->> 'title' AS title, content FROM reports LEFT JOIN report_renderings ON report_id = id AND renderer = ${RENDERER_VERSION}
     WHERE id > ? AND report_id IS NULL ORDER BY id LIMIT 1`,
  );

  constructor(private readonly database: ServicesDatabase) {}

  /** Stores it within a change. */
  put(reportId: string, { excerpt, html }: Rendering): void {
    this.upsert.run(excerpt, html, reportId);
  }

  keep(reportId: string, rendering: Rendering): Promise<void> {
    return this.database.change(() => this.put(reportId, rendering));
  }

  /** The first report by id that has none. */
  next(afterId: string): (Source & { id: string }) | undefined {
    return this.firstWithout.get(afterId);
  }
}
