import { Logger } from '@nestjs/common';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StartError } from '../errors/start-error.js';
import type { IdSource } from './id-source.js';
import type { IndexDatabase } from './index-database.js';
import type { LogAnswers } from './log-answers.js';
import { isDamage } from './sqlite.js';
import { LogPosition, LogPositions, positionAfter, START, stillThere } from './log-positions.js';
import { BrokenTail, countLines, examine, LogContent, PlacedLine, scanBatches } from './log-scan.js';
import { isFreshStart, isReminder } from './projection.js';
import type { RecordLog } from './record-log.js';

const SLICE_MS = 50;
const PROGRESS_MS = 1000;

/** Brings the index up to what stands in the log files, and cuts off what a crash left half-written. */
export class LogRecovery {
  private readonly logger = new Logger('storage');

  constructor(
    private readonly index: IndexDatabase,
    private readonly positions: LogPositions,
    private readonly ids: IdSource,
    private readonly answers: LogAnswers,
  ) {}

  /** @throws StartError when the file has lost something that was on the disk once; nothing has been changed then */
  async recover(log: RecordLog): Promise<void> {
    const known = this.positions.get(log.name);
    if (stillThere(log.file.path, known)) {
      log.position = await this.readOn(log, known);
    } else {
      const content = examine(log.file.path);
      // What the index has read was synced before, so a write that was cut off cannot explain what is missing of it.
      if (lacks(content, known)) refuseLoss(log, content);
      this.logger.warn(`${basename(log.file.path)} is not the file the index was built from: building its part anew`);
      await this.rebuild(log);
    }
  }

  /** Builds the log's part of the index from nothing but its file. */
  async rebuild(log: RecordLog): Promise<void> {
    this.index.begin();
    log.projection.clear();
    this.answers.clear(log.name);
    this.positions.set(log.name, START, this.ids.largest);
    this.index.commit();
    log.position = await this.readOn(log, START);
  }

  private async readOn(log: RecordLog, from: LogPosition): Promise<LogPosition> {
    const batches = scanBatches(log.file.path, from.offset, from.batch || undefined);
    let position = from;
    let nextProgress = Date.now() + PROGRESS_MS;
    for (;;) {
      const sliceEnd = Date.now() + SLICE_MS;
      this.index.begin();
      let step = batches.next();
      while (!step.done) {
        position = this.apply(log, step.value, position);
        if (Date.now() > sliceEnd) break;
        step = batches.next();
      }
      this.positions.set(log.name, position, this.ids.largest);
      this.index.commit();
      if (step.done) {
        if (step.value) await this.cutTail(log, step.value, position);
        return position;
      }
      if (Date.now() > nextProgress) {
        const percent = Math.floor((100 * position.offset) / log.file.size);
        this.logger.log(`building the index from ${basename(log.file.path)}: ${percent} %`);
        nextProgress = Date.now() + PROGRESS_MS;
      }
      await nextTurn();
    }
  }

  private apply(log: RecordLog, batch: PlacedLine[], before: LogPosition): LogPosition {
    let bytes = 0;
    for (const { json, retry, offset, length } of batch) {
      const record = JSON.parse(json) as object;
      bytes += length;
      if (isFreshStart(record)) {
        this.ids.seed(record.id);
        continue;
      }
      if (isReminder(record)) {
        if (retry) this.answers.restore(log.name, retry, json);
        continue;
      }
      try {
        const wire = log.projection.apply(record, json);
        if (retry) this.answers.restore(log.name, retry, wire);
      } catch (error) {
        if (isDamage(error)) throw error;
        const place = `${log.file.path} line ${countLines(log.file.path, offset) + 1}`;
        throw new StartError(`${place} is not a record of the ${log.name} log: ${(error as Error).message}`);
      }
      log.projection.locate?.(record, offset, length);
      const id = log.projection.largestId(record);
      if (id) this.ids.seed(id);
    }
    const last = batch.at(-1);
    if (!last) return before;
    return positionAfter(before, {
      bytes,
      lines: batch.length,
      lastLine: last.bytes,
      batch: last.position?.batch ?? 0,
    });
  }

  private async cutTail(log: RecordLog, tail: BrokenTail, position: LogPosition): Promise<void> {
    const { path } = log.file;
    if (tail.isDamage) refuseDamage(log, tail.offset);
    const cut = log.file.size - position.offset;
    const kept = await log.file.moveTail(position.offset, `torn-${new Date().toISOString().replaceAll(':', '')}`);
    this.logger.warn(`${basename(path)} ended in ${cut} bytes of an unfinished write, moved to ${kept}`);
  }
}

/**
 * True when the index has read what the file does not hold any more. Batches grow, also where a file took the place of
 * another; only files from before there were seals are told by their length.
 */
function lacks({ end, lastBatch }: LogContent, known: LogPosition): boolean {
  return known.batch > 0 ? lastBatch < known.batch : lastBatch === 0 && end < known.offset;
}

function refuseLoss(log: RecordLog, { end, tail }: LogContent): never {
  if (tail) refuseDamage(log, tail.offset);
  const { path } = log.file;
  throw new StartError(
    `${path} lacks what stood in it from line ${countLines(path, end) + 1} (byte ${end}) on. ` +
      `Nothing was changed. To go on with the file as it is, such as one that was put back on purpose: npm run repair`,
  );
}

function refuseDamage({ file: { path } }: RecordLog, offset: number): never {
  throw new StartError(
    `${path} is damaged at line ${countLines(path, offset) + 1} (byte ${offset}), and it is not the end of an unfinished write. ` +
      `Nothing was changed. To cut the damaged lines out and keep them in a file beside it: npm run repair`,
  );
}
