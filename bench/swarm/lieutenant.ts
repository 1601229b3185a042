import { Agent } from './agent.ts';
import { say, topicOf } from './prose.ts';
import { chance, count, pick } from './random.ts';
import { ANSWERS, APPROVALS, DESCRIPTIONS, PLANS, REJECTIONS, TITLES } from './vocabulary.ts';

const REVIEW_AT_ONCE = 4;
const LOOK_AT_REVIEWS = 30;

/** Reviews what workers hand in, keeps enough open tasks on the board, and answers questions. */
export class Lieutenant extends Agent {
  protected override async act(): Promise<void> {
    const reviewed = await this.review();
    if (reviewed === 0 || chance(0.2)) await this.fillTheBoard();
    if (chance(0.1)) await this.log(say(PLANS, topicOf()));
  }

  /** Adds tasks while there are fewer open ones than agents. */
  protected async fillTheBoard(): Promise<void> {
    const open = await this.api.board.open(this.world.agents);
    if (open.length >= this.world.agents) return this.idle();
    for (let i = count(1, 4); i > 0; i -= 1) await this.createTask(open.map(({ id }) => id));
    if (open.length > 0 && chance(0.5)) await this.api.board.bump(pick(open).id);
    if (open.length > 0 && chance(0.3)) {
      const note = { author: this.name, content: pick(ANSWERS), type: 'update' as const };
      await this.api.board.addNote(pick(open).id, note);
    }
  }

  private async createTask(others: string[]): Promise<void> {
    const topic = topicOf();
    await this.api.board.create({
      title: say(TITLES, topic),
      createdBy: this.name,
      description: chance(0.7) ? say(DESCRIPTIONS, topic) : undefined,
      tags: [topic.component, this.api.ledger.run],
      // Those who vanish are no fault of the task's.
      maxAttempts: 100,
      dependencies: others.length > 0 && chance(0.3) ? [pick(others)] : undefined,
    });
  }

  private async review(): Promise<number> {
    const waiting = await this.api.board.inReview(LOOK_AT_REVIEWS);
    const free = waiting.filter(({ id }) => !this.world.claimed.has(id)).slice(-REVIEW_AT_ONCE);
    // Claimed all at once: between two requests another lieutenant would begin with the same ones.
    for (const { id } of free) this.world.claimed.add(id);
    try {
      for (const { id, tags } of free) await this.decide(id, tags);
    } finally {
      for (const { id } of free) this.world.claimed.delete(id);
    }
    return free.length;
  }

  private async decide(id: string, tags: string[]): Promise<void> {
    if (chance(0.2)) {
      await this.api.board.reject(id, { reason: say(REJECTIONS, topicOf(tags)), rejectedBy: this.name });
      return;
    }
    await this.api.board.approve(id, { approvedBy: this.name, comment: chance(0.6) ? pick(APPROVALS) : undefined });
  }
}
