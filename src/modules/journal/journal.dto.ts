import { Actor } from '../../common/validation/actor.js';
import { NameList, OptionalText, QueryFlag, QueryText, Text } from '../../common/validation/fields.js';
import { TimeRangeQuery } from '../../common/validation/time-range.dto.js';

export class WriteJournalEntry {
  /** @example "The queue design feels right at last" */
  @Text()
  text!: string;

  /**
   * Who writes.
   * @example builder-1
   */
  @Actor({ optional: true })
  author?: string;

  /** @example relieved */
  @OptionalText()
  mood?: string;

  /**
   * Empty ones are dropped.
   * @example ["design"]
   */
  @NameList({ optional: true })
  tags?: string[];
}

export class ReadJournal extends TimeRangeQuery {
  /** Only entries of this author, in any case. */
  @QueryText()
  author?: string;

  /** Only entries with this tag, in any case. */
  @QueryText()
  tag?: string;
}

export class ListJournal extends ReadJournal {
  /** `true` answers with text, as `/journal/raw` does. */
  @QueryFlag()
  raw?: boolean;
}
