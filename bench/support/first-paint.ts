import type { Browser, Page } from 'playwright-core';
import { median } from './median.ts';
import { milliseconds } from './table.ts';

const ROUNDS = 15;
/** Next to nothing to read, lay out and paint: what the machine and Chromium take by themselves. */
const TRIVIAL_PATH = '/health';

/**
 * First paints of a page as rows of a table: in windows that know nothing yet (cold) and in one that has been there (warm),
 * each in turns with a page of a few words, so that a busy machine slows both.
 */
export async function firstPaints(browser: Browser, url: string, path: string, token: string): Promise<string[][]> {
  const rows: string[][] = [];
  for (const isWarm of [false, true]) {
    const times = { page: [] as number[], trivial: [] as number[] };
    const openPage = await opener(browser, token, isWarm);
    for (let i = 0; i < ROUNDS; i += 1) {
      times.trivial.push(await firstPaint(await openPage(), url + TRIVIAL_PATH));
      times.page.push(await firstPaint(await openPage(), url + path));
    }
    rows.push(row(`${path} ${isWarm ? 'warm' : 'cold'}`, times.page, times.trivial));
  }
  return rows;
}

function row(name: string, page: number[], trivial: number[]): string[] {
  const [ours, least] = [median(page), median(trivial)];
  return [name, milliseconds(ours), milliseconds(least), `${(ours / least).toFixed(1)}×`];
}

/** Gives a page in a window of its own each time, or the same that has seen everything once. */
async function opener(browser: Browser, token: string, isWarm: boolean): Promise<() => Promise<Page>> {
  const newPage = (): Promise<Page> => browser.newPage({ extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
  if (isWarm) {
    const page = await newPage();
    return () => Promise.resolve(page);
  }
  let last: Page | undefined;
  return async () => {
    await last?.context().close();
    return (last = await newPage());
  };
}

async function firstPaint(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        new PerformanceObserver((list) => {
          const [paint] = list.getEntriesByName('first-contentful-paint');
          if (paint) done(paint.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
}
