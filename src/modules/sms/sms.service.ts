import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { invalidInput } from '../../common/errors/domain-error.js';
import { BoardService } from '../board/board.service.js';
import { JournalService } from '../journal/journal.service.js';
import { LogService } from '../log/log.service.js';
import type { IncomingSms } from './sms.dto.js';

const PREFIX = /^(t|task|l|log|j|journal) *:/i;
const TAGS = ['sms'];
const REMEMBERED_MESSAGES = 1000;

/** Text messages become what their prefix says. */
@Injectable()
export class SmsService {
  /** The answers to the last messages, because Twilio sends a message again when it has not heard ours. */
  private readonly answers = new LRUCache<string, Promise<string>>({ max: REMEMBERED_MESSAGES });

  constructor(
    private readonly board: BoardService,
    private readonly log: LogService,
    private readonly journal: JournalService,
  ) {}

  /** Stores a message once and gives the sentence to answer it with. */
  receive(message: IncomingSms): Promise<string> {
    const { MessageSid, From, Body } = message;
    if (MessageSid === undefined) return this.store(message);
    const key = hash('sha256', JSON.stringify([MessageSid, From, Body]));
    const known = this.answers.get(key);
    if (known) return known;
    const answer = this.store(message);
    this.answers.set(key, answer);
    answer.catch(() => this.answers.delete(key));
    return answer;
  }

  private async store({ From, Body }: IncomingSms): Promise<string> {
    const [prefix = '', kind = 'journal'] = PREFIX.exec(Body) ?? [];
    const text = Body.slice(prefix.length).trim();
    if (text === '') throw invalidInput([{ field: 'Body', message: 'Body has no text after its prefix' }]);
    switch (kind.charAt(0).toLowerCase()) {
      case 't':
        return `Task created: ${idOf((await this.board.create({ title: text, createdBy: From, tags: TAGS })).json)}`;
      case 'l':
        return `Logged: ${idOf(await this.log.append({ text, agent: From }))}`;
      default:
        return `Written to the journal: ${idOf(await this.journal.write({ text, author: From, tags: TAGS }))}`;
    }
  }
}

function idOf(json: string): string {
  return (JSON.parse(json) as { id: string }).id;
}
