import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { make, makeCommit } from '../support/make.js';

describeInBrowser('log, journal, commits', () => {
  const dashboard = new Dashboard();

  /** What the file holds that the menu of a page gives. */
  async function exported(page: Page, format: string): Promise<[name: string, text: string]> {
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: format }).click(),
    ]);
    return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
  }

  it('show what is new at once, on each open page', async () => {
    const [log, journal, commits] = await Promise.all(
      ['/ui/log', '/ui/journal', '/ui/commits'].map((path) => dashboard.openLive(path)),
    );
    await make(dashboard.app, '/log', { text: 'the wall stands' });
    await make(dashboard.app, '/journal', { text: 'it feels good', tags: ['wall'] });
    await makeCommit(dashboard.app, { commitId: 'c-wall' });
    await log?.getByText('the wall stands').waitFor();
    await journal?.getByText('it feels good').waitFor();
    await commits?.getByRole('link', { name: 'c-wall' }).waitFor();
  });

  it('narrow the range by a click, and go back to it', async () => {
    const { timestamp } = await make(dashboard.app, '/log', { text: 'now', agent: 'mason' });
    const page = await dashboard.open('/ui/log?since=2020-01-01T10:30&agent=mason');
    expect(await page.getByLabel('From UTC').inputValue()).toBe('2020-01-01T10:30');
    await page.getByRole('link', { name: '7 days' }).click();
    expect(new URL(page.url()).search).toBe('?agent=mason&last=7d');
    await page.getByLabel('To UTC').fill('2020-01-02T00:00');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('Nothing was logged here').waitFor();
    await page.goBack();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('until') === timestamp);
  });

  it('are had as files, without scripts too', async () => {
    await make(dashboard.app, '/log', { text: 'kept', agent: 'keeper' });
    const plain = await dashboard.withoutScripts();
    for (const context of [dashboard.context, plain]) {
      const page = await dashboard.open('/ui/log?agent=keeper', context);
      expect(await exported(page, 'CSV')).toEqual([
        expect.stringMatching(/^log-\d{4}-\d{2}-\d{2}\.csv$/),
        expect.stringMatching(/,keeper,kept\r\n$/),
      ]);
    }
    await plain.close();
  });
});
