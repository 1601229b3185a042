import { Injectable } from '@nestjs/common';
import {
  id,
  instant,
  key,
  listOf,
  objectOf,
  optional,
  orElse,
  text,
  wholeNumber,
  word,
} from '../../common/takeover/legacy-fields.js';
import type { Inherited } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import type { Artifact, Note, Task, TaskChange } from './task.entity.js';

const note = objectOf<Note>({ id, author: text, content: text, type: word, createdAt: instant });

const artifact = objectOf<Omit<Artifact, 'addedAt'> & { addedAt?: string }>({
  type: word,
  url: text,
  label: text,
  addedAt: optional(instant),
  addedBy: optional(text),
});

/** The predecessor knew nothing of claims; what its tasks lack gets its default when they are read. */
type PredecessorsTask = Omit<
  Task,
  'version' | 'priority' | 'attempts' | 'maxAttempts' | 'lease' | 'blockedBy' | 'deadLetter'
>;

const task = objectOf<
  Omit<PredecessorsTask, 'artifacts' | 'updatedAt'> & { artifacts: ReturnType<typeof artifact>[]; updatedAt?: string }
>({
  id,
  title: text,
  description: optional(text),
  status: orElse(word, 'open'),
  assignee: optional(text),
  tags: orElse(listOf(key), []),
  dependencies: orElse(listOf(text), []),
  createdBy: text,
  createdAt: instant,
  updatedAt: optional(instant),
  score: orElse(wholeNumber, 0),
  notes: orElse(listOf(note), []),
  artifacts: orElse(listOf(artifact), []),
});

/** `board.json`: each task becomes a line that creates it as it is. */
@Injectable()
export class BoardTakeover {
  constructor(takeover: Takeover) {
    takeover.intoLog('board.json', 'board', { tasks: { read: inherit } });
  }
}

function inherit(value: unknown, place: string): Inherited {
  const { notes, artifacts, ...fields } = task(value, place);
  const at = fields.updatedAt ?? fields.createdAt;
  const record: TaskChange = {
    id: fields.id,
    task: fields.id,
    at,
    by: fields.createdBy,
    set: { ...fields, updatedAt: at },
    notes,
    artifacts: artifacts.map((known) => ({ ...known, addedAt: known.addedAt ?? at })),
  };
  return { record, keys: { id: fields.id }, ids: [fields.id, ...notes.map((known) => known.id)] };
}
