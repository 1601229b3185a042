import { OmitType, PartialType } from '@nestjs/swagger';
import {
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

export class CreateTask {
  /** @example "Fix the leaking parser" */
  @Text()
  title!: string;

  /** @example orchestrator */
  @Name()
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
}

export class UpdateTask extends PartialType(OmitType(CreateTask, ['createdBy', 'assignee'] as const), {
  skipNullProperties: false,
}) {
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
  @Name()
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
  @Name({ optional: true })
  addedBy?: string;
}

export class AddArtifacts {
  @ListOf(() => ArtifactInput, { notEmpty: true })
  artifacts!: ArtifactInput[];
}

export class SubmitForReview {
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
  @Name({ optional: true })
  reviewedBy?: string;

  /** May be empty; `addedBy` is `reviewedBy` where not given. */
  @ListOf(() => ArtifactInput, { optional: true })
  artifacts?: ArtifactInput[];
}

export class ApproveTask {
  /**
   * `unknown` when not given.
   * @example orchestrator
   */
  @Name({ optional: true })
  approvedBy?: string;

  /** @example "Well done" */
  @OptionalText()
  comment?: string;
}

export class RejectTask {
  /** @example "The test does not cover directories" */
  @Text()
  reason!: string;

  /**
   * `unknown` when not given.
   * @example orchestrator
   */
  @Name({ optional: true })
  rejectedBy?: string;
}
