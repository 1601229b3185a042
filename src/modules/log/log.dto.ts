import { Name, Text } from '../../common/validation/fields.js';

export class AppendLogEntry {
  /** @example "Tests are green after the parser fix" */
  @Text()
  text!: string;

  /**
   * Who says it.
   * @example builder-1
   */
  @Name({ optional: true })
  agent?: string;
}
