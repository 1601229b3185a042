import { Name, Text } from '../../common/validation/fields.js';

/** The fields of Twilio's form that are read here; all of them are signed. */
export class IncomingSms {
  /**
   * The number that sent the message; becomes its author.
   * @example +15550100
   */
  @Name()
  From!: string;

  /**
   * `t:` or `task:` makes it a task, `l:` or `log:` a log entry, `j:`, `journal:` or no prefix a journal entry.
   * @example "t: Fix the leaking parser"
   */
  @Text()
  Body!: string;

  /**
   * A message that comes again under the same id is not stored again.
   * @example SM00000000000000000000000000000000
   */
  @Name({ optional: true })
  MessageSid?: string;
}
