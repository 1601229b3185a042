import type { Browser } from 'playwright-core';
import { median } from './median.ts';
import { milliseconds } from './table.ts';

const ROUNDS = 30;

/** How long it takes until an event that is sent stands in an open page's feed, as a row: median and slowest. */
export async function liveUpdates(
  browser: Browser,
  url: string,
  token: string,
  publish: (summary: string) => Promise<void>,
): Promise<string[]> {
  const page = await browser.newPage({ extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
  await page.goto(url);
  await page.locator('[data-live-state="live"]').waitFor();
  const times: number[] = [];
  for (let i = 1; i <= ROUNDS; i += 1) {
    const summary = `Live event ${i} of ${ROUNDS}`;
    const shownAt = page.evaluate(
      (text) =>
        new Promise<number>((done) => {
          const observer = new MutationObserver(() => {
            if (!document.querySelector('[data-feed]')?.textContent.includes(text)) return;
            observer.disconnect();
            done(Date.now());
          });
          observer.observe(document.body, { childList: true, subtree: true });
        }),
      summary,
    );
    const sentAt = Date.now();
    await publish(summary);
    times.push((await shownAt) - sentAt);
  }
  return ['an event, sent and shown', milliseconds(median(times)), milliseconds(Math.max(...times))];
}
