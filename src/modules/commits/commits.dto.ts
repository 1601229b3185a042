import { Actor } from '../../common/validation/actor.js';
import { FreeObject, Name, NameList, OptionalText, Parsed, QueryText } from '../../common/validation/fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { INSTANT_FORM, parseInstant } from '../../common/validation/time.js';

export class RecordCommit {
  /**
   * The commit's own id; a known one is refused.
   * @example c-5e0f21
   */
  @Name()
  commitId!: string;

  /**
   * The VM that it is a snapshot of.
   * @example vm-7f3a
   */
  @Name()
  vmId!: string;

  /** @example golden-node24 */
  @OptionalText()
  label?: string;

  /**
   * Who made it.
   * @example builder-1
   */
  @Actor({ optional: true })
  agent?: string;

  /** @example ["golden"] */
  @NameList({ optional: true })
  tags?: string[];

  /**
   * Anything else, nested at most 32 deep.
   * @example { "branch": "main" }
   */
  @FreeObject({ optional: true })
  metadata?: Record<string, unknown>;
}

export class ListCommits extends PageQuery {
  /** Only commits with this tag. */
  @QueryText()
  tag?: string;

  /** Only commits of this agent. */
  @QueryText()
  agent?: string;

  /** Only commits with this label. */
  @QueryText()
  label?: string;

  /** Only commits of this VM. */
  @QueryText()
  vmId?: string;

  /**
   * Earliest time, inclusive.
   * @example 2026-01-31T12:00:00Z
   */
  @Parsed(parseInstant, INSTANT_FORM)
  since?: string;
}
