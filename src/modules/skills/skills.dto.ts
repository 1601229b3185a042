import { OmitType, PartialType } from '@nestjs/swagger';
import { Actor } from '../../common/validation/actor.js';
import {
  Content,
  Flag,
  Integer,
  ListOf,
  Name,
  NameList,
  QueryFlag,
  QueryText,
  Slug,
  Text,
} from '../../common/validation/fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';

const CONTENT_MAX_MEBIBYTES = 5;
const REPORT_MAX_ITEMS = 10_000;

export class PublishExtension {
  /**
   * Letters, digits, `.`, `_` and `-`, at most 64, without `..`; begins with a letter or digit. A known name gets a new version.
   * @example code-review
   */
  @Slug()
  name!: string;

  /** @example "How to review a change" */
  @Text()
  description!: string;

  /**
   * Kept to the byte; up to 5 MiB of UTF-8.
   * @example "# Code review\n"
   */
  @Content(CONTENT_MAX_MEBIBYTES)
  content!: string;

  /** @example builder-1 */
  @Actor()
  publishedBy!: string;

  /** Whether agents get it. When not given: as before, or `true` for a new name. */
  @Flag({ optional: true })
  enabled?: boolean;
}

export class PublishSkill extends PublishExtension {
  /**
   * When not given: as before, or none for a new name.
   * @example ["review"]
   */
  @NameList({ optional: true })
  tags?: string[];
}

export class UpdateExtension extends PartialType(
  OmitType(PublishExtension, ['name', 'content', 'publishedBy'] as const),
  { skipNullProperties: false },
) {}

export class UpdateSkill extends PartialType(OmitType(PublishSkill, ['name', 'content', 'publishedBy'] as const), {
  skipNullProperties: false,
}) {}

export class ListExtensions extends PageQuery {
  /** Only those that are enabled, or only those that are not. */
  @QueryFlag()
  enabled?: boolean;
}

export class ListSkills extends ListExtensions {
  /** Only skills with this tag. */
  @QueryText()
  tag?: string;
}

export class ReportedItem {
  /** @example code-review */
  @Name()
  name!: string;

  /** @example 2 */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  version!: number;
}

export class SyncReport {
  /** @example builder-1 */
  @Actor()
  agentId!: string;

  /**
   * The VM that the agent runs on.
   * @example vm-7f3a
   */
  @Name({ optional: true })
  vmId?: string;

  /** The skills that the agent has; none when not given. At most 10,000. */
  @ListOf(() => ReportedItem, { optional: true, max: REPORT_MAX_ITEMS })
  skills?: ReportedItem[];

  /** The extensions that the agent has; none when not given. At most 10,000. */
  @ListOf(() => ReportedItem, { optional: true, max: REPORT_MAX_ITEMS })
  extensions?: ReportedItem[];
}
