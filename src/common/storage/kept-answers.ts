import { Injectable } from '@nestjs/common';
import type { Attempt } from '../idempotency/attempt.js';
import type { Replay } from '../idempotency/replay.js';
import { RecordLogs } from './record-logs.js';
import { ServicesDatabase } from './services-database.js';

/** The first answers that can be looked up at once; those of DuckDB files are found when it is the request's turn. */
@Injectable()
export class KeptAnswers {
  constructor(
    private readonly logs: RecordLogs,
    private readonly services: ServicesDatabase,
  ) {}

  /** @throws DomainError `key_reused` when the key came with another body */
  replayOf(attempt: Attempt): Replay | undefined {
    return this.logs.answers.committedReplayOf(attempt) ?? this.services.answers.committedReplayOf(attempt);
  }
}
