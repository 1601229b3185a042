import type { Meter } from '../support/meter.ts';
import { milliseconds, whole } from '../support/table.ts';
import type { Ledger } from './ledger.ts';

const TERMINAL_MS = 250;
const LINE_MS = 10_000;
const ERASE_LINE = '\r\x1b[2K';

/** A line about how it goes: rewritten in place on a terminal, else one now and then. Returns how to end it. */
export function showProgress(meter: Meter, ledger: Ledger, lifetimeMs: number): () => void {
  const { stdout } = process;
  const print = (): void => {
    const line = progressLine(meter, ledger, lifetimeMs);
    stdout.write(stdout.isTTY ? ERASE_LINE + line.slice(0, stdout.columns - 1) : `${line}\n`);
  };
  const timer = setInterval(print, stdout.isTTY ? TERMINAL_MS : LINE_MS);
  return () => {
    clearInterval(timer);
    print();
    if (stdout.isTTY) stdout.write('\n');
  };
}

function progressLine(meter: Meter, { tasks, feed, log, journal }: Ledger, lifetimeMs: number): string {
  return [
    `${clock(meter.seconds)} of ${clock(lifetimeMs / 1000)}`,
    `${whole(meter.requests)} requests`,
    `${whole(meter.perSecond)}/s`,
    `${whole(meter.errors)} errors`,
    `p50 ${milliseconds(meter.percentile(50))}`,
    `p99 ${milliseconds(meter.percentile(99))}`,
    `${whole(tasks.size)} tasks, ${whole(feed.size)} events, ${whole(log.size + journal.size)} entries`,
  ].join(' · ');
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
