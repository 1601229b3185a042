import { Actor } from '../../common/validation/actor.js';
import { Integer, Name, NameList, QueryText, Text } from '../../common/validation/fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { Fenced } from './board.dto.js';

const LEASE_MIN_SECONDS = 30;
const LEASE_MAX_SECONDS = 86_400;
const WAIT_MAX_SECONDS = 60;

export class ListReady extends PageQuery {
  /** Only tasks with this tag. */
  @QueryText()
  tag?: string;
}

export class ClaimTask {
  /** @example builder-1 */
  @Actor()
  agent!: string;

  /**
   * Tells the agent's sessions apart: what one of them holds, another does not.
   * @example 7f1c9a52
   */
  @Name({ optional: true })
  session?: string;

  /**
   * The VM that the work is done on; when it is stopped or deregistered, the lease ends.
   * @example vm-42
   */
  @Name({ optional: true })
  vmId?: string;

  /**
   * How long the task stays the agent's without a renewal, 30 s to a day; 900 when not given.
   * @example 900
   */
  @Integer(LEASE_MIN_SECONDS, LEASE_MAX_SECONDS, { optional: true })
  leaseSeconds?: number;
}

export class ClaimNextTask extends ClaimTask {
  /**
   * Only tasks that have one of these tags.
   * @example ["parser"]
   */
  @NameList({ optional: true })
  tags?: string[];

  /**
   * How long to wait for a task if none is ready, up to 60 s; not at all when not given.
   * @example 0
   */
  @Integer(0, WAIT_MAX_SECONDS, { optional: true })
  waitSeconds?: number;
}

export class RenewLease extends Fenced {
  /**
   * As long as before when not given.
   * @example 900
   */
  @Integer(LEASE_MIN_SECONDS, LEASE_MAX_SECONDS, { optional: true })
  leaseSeconds?: number;

  /**
   * What was achieved since; kept as a note, and shows that the work goes on.
   * @example "Error path found, writing the test"
   */
  @Text({ optional: true })
  progress?: string;
}

export class ReleaseTask extends Fenced {
  /**
   * Why; kept as a note.
   * @example "Needs access to the build server"
   */
  @Text({ optional: true })
  reason?: string;
}

export class CompleteTask extends Fenced {
  /**
   * What was done; kept as a note.
   * @example "The parser closes its files on errors; test added"
   */
  @Text({ optional: true })
  summary?: string;
}

export class FailTask extends Fenced {
  /**
   * Why; kept as a note.
   * @example "The build server is out of memory"
   */
  @Text()
  reason!: string;
}
