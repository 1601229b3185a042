import { AxeBuilder } from '@axe-core/playwright';
import { beforeAll, expect, it } from '@jest/globals';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard, SOON } from '../support/dashboard.js';
import { make, makeEvent } from '../support/make.js';
import { costs, sessionBody, vmBody } from '../support/usage.js';

describeInBrowser('usage', () => {
  const dashboard = new Dashboard();
  const now = (): string => new Date().toISOString();
  const record = (fields: object) =>
    make(dashboard.app, '/usage/sessions', sessionBody({ startedAt: now(), endedAt: now(), ...fields }));

  beforeAll(async () => {
    await record({ sessionId: '1', agent: 'boss', model: 'big', cost: costs(3) });
    await record({ sessionId: '2', agent: 'mid', parentAgent: 'boss', model: 'small', cost: costs(1) });
    await record({ sessionId: '3', agent: 'low', parentAgent: 'mid', model: 'small', cost: costs(1) });
    await make(dashboard.app, '/usage/vms', vmBody({ createdAt: now(), commitId: 'c-1' }));
  });

  it('shows tokens a second as agents tell of them, and sums as sessions are recorded', async () => {
    const page = await dashboard.openLive('/ui/usage');
    await page.getByText('No agent told of a turn').waitFor();
    const detail = JSON.stringify({ tokensThisTurn: 60_000, outputTokens: 600 });
    await makeEvent(dashboard.app, { agent: 'teller', type: 'token_update', detail });
    await page.locator('.speed-value').getByText('1K').waitFor(SOON);
    await page.locator('.shares').getByText('teller').waitFor();
    await page.locator('.tree summary', { hasText: 'Agents below mid' }).click();
    await page.locator('.tree').getByRole('link', { name: 'low' }).waitFor();
    await record({ sessionId: '4', agent: 'newcomer', model: 'big', cost: costs(100) });
    await page
      .locator('.sums')
      .getByText(/^\$10\d\.00$/)
      .waitFor();
    await page.locator('.tree').getByRole('link', { name: 'newcomer' }).waitFor();
    // What was unfolded stays so.
    expect(await page.locator('.tree').getByRole('link', { name: 'low' }).isVisible()).toBe(true);
  });

  it('tells what a bar is made of, beside the pointer', async () => {
    const complaints: string[] = [];
    const page = await dashboard.openLive('/ui/usage?range=1h&by=agent');
    page.on('console', (message) => complaints.push(message.text()));
    await page.locator('[data-tip]').last().hover();
    await page.locator('[data-chart-tip]').getByText('boss').waitFor();
    const box = await page.locator('[data-chart-tip]').boundingBox();
    const bar = await page.locator('[data-tip]').last().boundingBox();
    expect(Math.abs((box?.y ?? 0) - (bar?.y ?? 0))).toBeLessThan(400);
    await page.locator('h1').hover();
    expect([await page.locator('[data-chart-tip]').isVisible(), complaints]).toEqual([false, []]);
  });

  it('can be read and filtered without scripts', async () => {
    const plain = await dashboard.withoutScripts();
    const page = await dashboard.open('/ui/usage', plain);
    await page.getByText('As a table').click();
    await page.getByRole('columnheader', { name: 'small' }).waitFor();
    await page.getByRole('link', { name: 'Tokens', exact: true }).click();
    await page.getByRole('link', { name: '24 hours' }).click();
    expect(new URL(page.url()).search).toBe('?measure=tokens&range=24h');
    await page.getByRole('link', { name: 'All sessions' }).click();
    await page.getByRole('textbox', { name: 'Agent' }).fill('nobody at all');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('No sessions here').waitFor();
    expect(new URL(page.url()).search).toBe('?range=24h&agent=nobody+at+all');
    await plain.close();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds serious where there is much to see: %s',
    async (colorScheme) => {
      for (const path of ['/ui/usage', '/ui/usage/sessions', '/ui/usage/vms']) {
        const page = await dashboard.open(path);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const summary of await page.locator('.chart-table > summary').all()) await summary.click();
        const { violations } = await new AxeBuilder({ page }).analyze();
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect([path, grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([path, []]);
      }
    },
  );
});
