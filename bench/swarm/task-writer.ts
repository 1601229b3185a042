import type { ArtifactInput } from '../../src/modules/board/board.dto.ts';
import type { Task } from '../../src/modules/board/task.entity.ts';
import { type ApiClient, InDoubt } from './api-client.ts';
import { artifactText, type KnownTask, type Ledger, noteText } from './ledger.ts';

/** Changes tasks, and enters in the ledger what was acknowledged. */
export class TaskWriter {
  readonly client: ApiClient;
  readonly ledger: Ledger;

  constructor(client: ApiClient, ledger: Ledger) {
    this.client = client;
    this.ledger = ledger;
  }

  async change(
    id: string,
    method: 'POST' | 'PATCH',
    action: string,
    body: object,
    enter: (task: KnownTask, answer: Task) => unknown,
  ): Promise<void> {
    const task = this.ledger.task(id);
    try {
      enter(task, await this.client.write<Task>(method, `/board/tasks/${id}${action}`, body));
    } catch (error) {
      if (error instanceof InDoubt) task.isInDoubt = true;
      throw error;
    }
  }
}

export function move(task: KnownTask, status: Task['status'], author: string, content: string): void {
  task.fields.status = status;
  task.notes.push(noteText({ author, content, type: 'update' }));
}

export function addArtifacts(task: KnownTask, artifacts: ArtifactInput[], by?: string): void {
  for (const artifact of artifacts) task.artifacts.push(artifactText({ addedAt: '', addedBy: by, ...artifact }));
}
