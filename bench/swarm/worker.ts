import type { Task } from '../../src/modules/board/task.entity.ts';
import { Agent } from './agent.ts';
import { branchOf, say, type Topic, topicOf } from './prose.ts';
import { chance, count, pick } from './random.ts';
import { BLOCKERS, COMMITS, FAILURES, FINDINGS, PROGRESS, QUESTIONS, SKILLS, SUMMARIES } from './vocabulary.ts';

const LOOK_AT_TASKS = 15;
const CHOICE = 4;

interface Work {
  task: Task;
  topic: Topic;
  stepsLeft: number;
  isBlocked: boolean;
}

/** Takes open tasks, works on them step by step, and hands them in for review. */
export class Worker extends Agent {
  private work?: Work;

  protected override async act(): Promise<void> {
    if (!this.work) return this.takeTask();
    const { work } = this;
    try {
      if (work.isBlocked) await this.unblock(work);
      else if (work.stepsLeft > 0) await this.step(work);
      else if (chance(0.06)) await this.handBack(work);
      else await this.handIn(work);
    } catch (error) {
      // Whatever went wrong, nobody else may be kept from the task.
      this.drop(work);
      throw error;
    }
  }

  private async takeTask(): Promise<void> {
    const tasks = await this.api.board.open(LOOK_AT_TASKS);
    const free = tasks.filter(({ id }) => !this.world.claimed.has(id));
    if (free.length === 0) return this.idle();
    const task = free.find(({ assignee }) => assignee === this.name) ?? pick(free.slice(0, CHOICE));
    this.world.claimed.add(task.id);
    this.work = { task, topic: topicOf(task.tags), stepsLeft: count(3, 8), isBlocked: false };
    try {
      await this.api.board.update(task.id, { assignee: this.name, status: 'in_progress' });
      await this.tell('task_started', `Started: ${task.title}`, { metadata: { taskId: task.id } });
    } catch (error) {
      this.drop(this.work);
      throw error;
    }
  }

  private async step(work: Work): Promise<void> {
    const { task, topic } = work;
    work.stepsLeft -= 1;
    const luck = Math.random();
    if (luck < 0.3) await this.changeFile(task, topic);
    else if (luck < 0.5) await this.find(task, topic);
    else if (luck < 0.65) await this.log(say(PROGRESS, topic));
    else if (luck < 0.8) await this.note(task, 'update', say(PROGRESS, topic));
    else if (luck < 0.87) await this.ask(task, topic);
    else if (luck < 0.92) await this.block(work);
    else if (luck < 0.96) await this.tell('skill_proposed', `A skill worth sharing: ${pick(SKILLS)}`);
    else await this.api.glance(`/board/tasks/${task.id}/notes`);
  }

  private async changeFile(task: Task, topic: Topic): Promise<void> {
    const [added, removed] = [count(1, 90), count(0, 60)];
    const metadata = { taskId: task.id, file: topic.file, added, removed };
    await this.tell('file_changed', `${topic.file}: +${added} −${removed}`, { metadata });
    if (!chance(0.3)) return;
    const label = `${pick(COMMITS)}: ${topic.part}`;
    const url = `https://git.example/app/blob/main/${topic.file}`;
    await this.api.board.addArtifacts(task.id, [{ type: 'file', url, label, addedBy: this.name }]);
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

  private async block(work: Work): Promise<void> {
    const { task, topic } = work;
    const reason = say(BLOCKERS, topic);
    await this.api.board.update(task.id, { status: 'blocked' });
    work.isBlocked = true;
    await this.note(task, 'blocker', reason);
    await this.tell('blocker_found', reason, { detail: `Task: ${task.title}`, metadata: { taskId: task.id } });
  }

  private async unblock(work: Work): Promise<void> {
    if (chance(0.5)) return this.idle(work.topic);
    await this.api.board.update(work.task.id, { status: 'in_progress' });
    work.isBlocked = false;
    await this.log(`Unblocked, going on: ${work.task.title}`);
  }

  private async handIn(work: Work): Promise<void> {
    const { task, topic } = work;
    const summary = say(SUMMARIES, topic);
    const branch = branchOf(topic);
    const url = `https://git.example/app/tree/${branch}`;
    await this.api.board.submit(task.id, this.name, { summary, artifacts: [{ type: 'branch', url, label: branch }] });
    this.drop(work);
    await this.tell('task_completed', `Ready for review: ${task.title}`, {
      detail: summary,
      metadata: { taskId: task.id, branch },
    });
  }

  private async handBack(work: Work): Promise<void> {
    const { task, topic } = work;
    const reason = say(FAILURES, topic);
    await this.note(task, 'update', reason);
    await this.api.board.update(task.id, { status: 'open', assignee: null });
    this.drop(work);
    await this.tell('task_failed', `Handed back: ${task.title}`, { detail: reason, metadata: { taskId: task.id } });
  }

  private note(task: Task, type: 'finding' | 'question' | 'blocker' | 'update', content: string): Promise<void> {
    return this.api.board.addNote(task.id, { author: this.name, content, type });
  }

  private drop({ task }: Work): void {
    this.world.claimed.delete(task.id);
    this.work = undefined;
  }
}
