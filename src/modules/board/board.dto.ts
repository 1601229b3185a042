import { IntersectionType, OmitType, PartialType } from '@nestjs/swagger';
import { Actor } from '../../common/validation/actor.js';
import {
  Integer,
  ListOf,
  Name,
  NameList,
  NameOrNull,
  OneOf,
  OptionalText,
  QueryText,
  Text,
} from '../../common/validation/fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import {
  ARTIFACT_TYPES,
  NOTE_TYPES,
  TASK_STATUSES,
  type ArtifactType,
  type NoteType,
  type TaskStatus,
} from './task.entity.js';

/** Priorities go from 0, the highest, to this. */
const LOWEST_PRIORITY = 4;
const MAX_ATTEMPTS = 100;

/** What changes a task that may be held. */
export class Fenced {
  /**
   * The fence of the lease under which this is done; the header `If-Fence` will do as well.
   * @example 2
   */
  @Integer(1, Number.MAX_SAFE_INTEGER, { optional: true })
  fence?: number;
}

export class CreateTask {
  /** @example "Fix the leaking parser" */
  @Text()
  title!: string;

  /** @example orchestrator */
  @Actor()
  createdBy!: string;

  /** @example "File handles stay open when parsing fails" */
  @OptionalText()
  description?: string;

  /**
   * `open` when not given.
   * @example open
   */
  @OneOf(TASK_STATUSES, 'TaskStatus', { optional: true })
  status?: TaskStatus;

  /** @example builder-1 */
  @Name({ optional: true })
  assignee?: string;

  /** @example ["parser"] */
  @NameList({ optional: true })
  tags?: string[];

  /**
   * Ids of tasks that this one builds on.
   * @example []
   */
  @NameList({ optional: true })
  dependencies?: string[];

  /**
   * From 0, the highest, to 4; 2 when not given.
   * @example 2
   */
  @Integer(0, LOWEST_PRIORITY, { optional: true })
  priority?: number;

  /**
   * So many attempts that fail, or whose leases expire, make it a dead letter, from 1 to 100; 3 when not given.
   * @example 3
   */
  @Integer(1, MAX_ATTEMPTS, { optional: true })
  maxAttempts?: number;
}

export class UpdateTask extends IntersectionType(
  PartialType(OmitType(CreateTask, ['createdBy', 'assignee'] as const), { skipNullProperties: false }),
  Fenced,
) {
  /**
   * `null` takes the task away from its assignee.
   * @example builder-2
   */
  @NameOrNull()
  assignee?: string | null;
}

export class ListTasks extends PageQuery {
  /** Only tasks with this status. */
  @OneOf(TASK_STATUSES, 'TaskStatus', { optional: true })
  status?: TaskStatus;

  /** Only tasks of this agent. */
  @QueryText()
  assignee?: string;

  /** Only tasks with this tag. */
  @QueryText()
  tag?: string;
}

export class AddNote {
  /** @example builder-1 */
  @Actor()
  author!: string;

  /** @example "The leak is in the error path" */
  @Text()
  content!: string;

  /** @example finding */
  @OneOf(NOTE_TYPES, 'NoteType')
  type!: NoteType;
}

export class ArtifactInput {
  /** @example branch */
  @OneOf(ARTIFACT_TYPES, 'ArtifactType')
  type!: ArtifactType;

  /** @example https://git.example/app/tree/fix-leak */
  @Text()
  url!: string;

  /** @example fix-leak */
  @Text()
  label!: string;

  /** @example builder-1 */
  @Actor({ optional: true })
  addedBy?: string;
}

export class AddArtifacts extends Fenced {
  @ListOf(() => ArtifactInput, { notEmpty: true })
  artifacts!: ArtifactInput[];
}

export class SubmitForReview extends Fenced {
  /**
   * What was done; kept as a note.
   * @example "The parser closes its files on errors; test added"
   */
  @Text()
  summary!: string;

  /**
   * Author of the note; `unknown` when not given.
   * @example builder-1
   */
  @Actor({ optional: true })
  reviewedBy?: string;

  /** May be empty; `addedBy` is `reviewedBy` where not given. */
  @ListOf(() => ArtifactInput, { optional: true })
  artifacts?: ArtifactInput[];
}

export class ApproveTask extends Fenced {
  /**
   * `unknown` when not given.
   * @example orchestrator
   */
  @Actor({ optional: true })
  approvedBy?: string;

  /** @example "Well done" */
  @OptionalText()
  comment?: string;
}

export class RejectTask extends Fenced {
  /** @example "The test does not cover directories" */
  @Text()
  reason!: string;

  /**
   * `unknown` when not given.
   * @example orchestrator
   */
  @Actor({ optional: true })
  rejectedBy?: string;
}
