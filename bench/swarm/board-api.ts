import type {
  AddNote,
  ApproveTask,
  ArtifactInput,
  CreateTask,
  RejectTask,
  UpdateTask,
} from '../../src/modules/board/board.dto.ts';
import type { Task } from '../../src/modules/board/task.entity.ts';
import { type ApiClient, InDoubt } from './api-client.ts';
import { type Ledger, noteText } from './ledger.ts';
import { addArtifacts, move, type TaskWriter } from './task-writer.ts';

interface TaskList {
  tasks: Task[];
}

/** The board, with every acknowledged change entered in the ledger. */
export class BoardApi {
  private readonly client: ApiClient;
  private readonly ledger: Ledger;
  private readonly writer: TaskWriter;

  constructor(writer: TaskWriter) {
    this.client = writer.client;
    this.ledger = writer.ledger;
    this.writer = writer;
  }

  async create(task: CreateTask): Promise<Task> {
    const answer = await this.client.write<Task>('POST', '/board/tasks', task).catch((error: unknown) => {
      if (error instanceof InDoubt) this.ledger.inDoubt.tasks += 1;
      throw error;
    });
    const { title, description, createdBy, status = 'open', assignee, tags = [], dependencies = [] } = task;
    this.ledger.tasks.set(answer.id, {
      fields: { id: answer.id, title, description, createdBy, status, assignee, tags, dependencies, score: 0 },
      notes: [],
      artifacts: [],
    });
    return answer;
  }

  /** Open tasks of this run, those that matter most to others first. */
  async open(limit: number): Promise<Task[]> {
    const tag = encodeURIComponent(this.ledger.run);
    const { tasks } = await this.client.read<TaskList>(`/board/tasks?status=open&tag=${tag}&limit=${limit}`);
    return tasks.filter((task) => this.isSettled(task)).sort((a, b) => b.score - a.score);
  }

  async inReview(limit: number): Promise<Task[]> {
    const { tasks } = await this.client.read<TaskList>(`/board/review?limit=${limit}`);
    return tasks.filter((task) => this.isSettled(task));
  }

  update(id: string, changes: UpdateTask, fence?: number): Promise<void> {
    return this.writer.change(id, 'PATCH', '', { ...changes, fence }, ({ fields }) => {
      Object.assign(fields, changes);
      if (changes.assignee === null) delete fields.assignee;
    });
  }

  addNote(id: string, note: AddNote): Promise<void> {
    return this.writer.change(id, 'POST', '/notes', note, ({ notes }) => notes.push(noteText(note)));
  }

  addArtifacts(id: string, artifacts: ArtifactInput[], fence: number): Promise<void> {
    return this.writer.change(id, 'POST', '/artifacts', { artifacts, fence }, (task) => addArtifacts(task, artifacts));
  }

  bump(id: string): Promise<void> {
    return this.writer.change(id, 'POST', '/bump', {}, ({ fields }) => (fields.score += 1));
  }

  approve(id: string, { approvedBy = 'unknown', comment }: ApproveTask): Promise<void> {
    const note = `Approved by ${approvedBy}${comment ? `: ${comment}` : ''}`;
    return this.writer.change(id, 'POST', '/approve', { approvedBy, comment }, (task) =>
      move(task, 'done', approvedBy, note),
    );
  }

  reject(id: string, { reason, rejectedBy = 'unknown' }: RejectTask): Promise<void> {
    const note = `Rejected by ${rejectedBy}: ${reason}`;
    return this.writer.change(id, 'POST', '/reject', { reason, rejectedBy }, (task) =>
      move(task, 'open', rejectedBy, note),
    );
  }

  /** Whether it is this run's, and nothing that changes its status is still under way. */
  private isSettled({ id, status }: Task): boolean {
    const known = this.ledger.tasks.get(id);
    return known?.fields.status === status && !known.isInDoubt;
  }
}
