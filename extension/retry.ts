/** Tries a call again that failed in passing, after a pause that grows. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from './service-error.ts';

const FIRST_PAUSE_MS = 250;
/** Who is told to wait for longer is better told why. */
const LONGEST_PAUSE_MS = 2000;
/** Refused before anything was done. */
const NOT_NOW = new Set([429, 503]);
/** Said by what stands between: nobody knows whether it was done. */
const IN_DOUBT = new Set([502, 504]);

/** `isRepeatable` says that it does no harm when a call arrives twice. The last failure is thrown. */
export async function retrying<T>(
  call: () => Promise<T>,
  { tries, isRepeatable, signal }: { tries: number; isRepeatable: boolean; signal: AbortSignal },
): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await call();
    } catch (error) {
      const pause = failed < tries ? pauseAfter(error, failed, isRepeatable) : undefined;
      if (pause === undefined) throw error;
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}

/** How long to wait before the next try; nothing when there is to be none. */
function pauseAfter(error: unknown, failed: number, isRepeatable: boolean): number | undefined {
  if (!(error instanceof ServiceError)) return undefined;
  const { status, isUnsent, isBroken, retryAfterMs } = error;
  const isPassing =
    isUnsent ||
    (status !== undefined && NOT_NOW.has(status)) ||
    // The same request is still being answered.
    (status === 409 && retryAfterMs !== undefined) ||
    (isRepeatable && (isBroken || (status !== undefined && IN_DOUBT.has(status))));
  if (!isPassing) return undefined;
  // Not all at the same time, when many have lost the same server.
  const pause = retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (failed - 1) * (0.75 + Math.random() / 2);
  return pause <= LONGEST_PAUSE_MS ? pause : undefined;
}
