import type { Task } from '../../src/modules/board/task.entity.ts';
import { Agent } from './agent.ts';
import { say, type Topic } from './prose.ts';
import { chance, count, pick } from './random.ts';
import { COMMITS, FINDINGS, PROGRESS, QUESTIONS, SKILLS } from './vocabulary.ts';

/** A task in hand. */
export interface Piece {
  task: Task;
  topic: Topic;
  fence: number;
}

/** Knows what there is to do on a task, and says so where others read it. */
export abstract class Craftsman extends Agent {
  /** One thing or another that brings it forward. */
  protected async doSome({ task, topic, fence }: Piece): Promise<void> {
    const luck = Math.random();
    if (luck < 0.3) await this.changeFile(task, topic, fence);
    else if (luck < 0.5) await this.find(task, topic);
    else if (luck < 0.65) await this.log(say(PROGRESS, topic));
    else if (luck < 0.8) await this.note(task, 'update', say(PROGRESS, topic));
    else if (luck < 0.87) await this.ask(task, topic);
    else if (luck < 0.96) await this.tell('skill_proposed', `A skill worth sharing: ${pick(SKILLS)}`);
    else await this.api.glance(`/board/tasks/${task.id}/notes`);
  }

  private async changeFile(task: Task, topic: Topic, fence: number): Promise<void> {
    const [added, removed] = [count(1, 90), count(0, 60)];
    const metadata = { taskId: task.id, file: topic.file, added, removed };
    await this.tell('file_changed', `${topic.file}: +${added} −${removed}`, { metadata });
    if (!chance(0.3)) return;
    const label = `${pick(COMMITS)}: ${topic.part}`;
    const url = `https://git.example/app/blob/main/${topic.file}`;
    await this.api.board.addArtifacts(task.id, [{ type: 'file', url, label, addedBy: this.name }], fence);
  }

  private async find(task: Task, topic: Topic): Promise<void> {
    const finding = say(FINDINGS, topic);
    await this.note(task, 'finding', finding);
    if (chance(0.6)) await this.tell('finding', finding, { metadata: { taskId: task.id, file: topic.file } });
  }

  private async ask(task: Task, topic: Topic): Promise<void> {
    const question = say(QUESTIONS, topic);
    await this.note(task, 'question', question);
    await this.tell('question', question, { metadata: { taskId: task.id } });
  }

  protected note(task: Task, type: 'finding' | 'question' | 'blocker' | 'update', content: string): Promise<void> {
    return this.api.board.addNote(task.id, { author: this.name, content, type });
  }
}
