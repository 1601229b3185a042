import { Actor } from '../../common/validation/actor.js';
import { QueryText, Text } from '../../common/validation/fields.js';
import { TimeRangeQuery } from '../../common/validation/time-range.dto.js';

export class AppendLogEntry {
  /** @example "Tests are green after the parser fix" */
  @Text()
  text!: string;

  /**
   * Who says it.
   * @example builder-1
   */
  @Actor({ optional: true })
  agent?: string;
}

export class ReadLog extends TimeRangeQuery {
  /** Only entries of this agent. */
  @QueryText()
  agent?: string;
}
