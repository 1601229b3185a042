import { Actor } from '../../common/validation/actor.js';
import { Content, NameList, QueryText, Text } from '../../common/validation/fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';

const CONTENT_MAX_MEBIBYTES = 1;

export class WriteReport {
  /** @example "What leaks in the parser" */
  @Text()
  title!: string;

  /** @example builder-1 */
  @Actor()
  author!: string;

  /**
   * Markdown, kept to the byte; up to 1 MiB of UTF-8.
   * @example "# What leaks\n\nThe **parser** does."
   */
  @Content(CONTENT_MAX_MEBIBYTES)
  content!: string;

  /** @example ["parser"] */
  @NameList({ optional: true })
  tags?: string[];
}

export class ListReports extends PageQuery {
  /** Only reports of this author. */
  @QueryText()
  author?: string;

  /** Only reports with this tag. */
  @QueryText()
  tag?: string;
}
