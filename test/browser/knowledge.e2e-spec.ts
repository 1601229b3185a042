import { expect, it } from '@jest/globals';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard, SOON } from '../support/dashboard.js';
import { makeSkill } from '../support/make.js';
import { makeReport } from '../support/reports.js';

describeInBrowser('reports', () => {
  const dashboard = new Dashboard();

  it('are shared, read in a private window, and taken back', async () => {
    const { app, context } = dashboard;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { id } = await makeReport(app, { title: 'For you', content: '# Found\n\nIt *leaks*.' });
    const page = await dashboard.openLive(`/ui/report/${id}`);
    await page.getByRole('button', { name: 'Share…' }).click();
    await page.getByLabel('What for').fill('for ann');
    await page.getByLabel('Expires').selectOption('in a day');
    await page.getByRole('button', { name: 'Make the link and copy it' }).click();
    await page.getByText('Link made and copied').waitFor();
    const url = await page.evaluate(() => navigator.clipboard.readText());
    const [link] = (await app.api.get(`/reports/${id}/shares`)).body.links;
    expect(url).toBe(`${app.url}/reports/share/${link.linkId}`);
    const hours = (Date.parse(link.expiresAt) - Date.now()) / 3_600_000;
    expect([link.label, Math.round(hours)]).toEqual(['for ann', 24]);

    const stranger = await dashboard.newContext();
    const shared = await dashboard.open(url, stranger);
    await shared.getByRole('heading', { name: 'For you' }).waitFor();
    await page.getByText('Read once').waitFor();

    await page.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('Revoked', { exact: true }).first().waitFor();
    expect((await shared.goto(url))?.status()).toBe(404);
    await stranger.close();
  });

  it('show their diagrams in frames that can reach nothing, and keep them while links come and go', async () => {
    const { app } = dashboard;
    const content = '```mermaid\nflowchart LR\n  A --> B\n```\n\n<script>window.ran = 1</script>';
    const { id } = await makeReport(app, { content });
    const page = await dashboard.openLive(`/ui/report/${id}`);
    const frame = page.locator('.report iframe.drawn');
    await frame.waitFor();
    expect(await frame.getAttribute('sandbox')).toBe('allow-scripts');
    await page.evaluate(() => document.querySelector('.report iframe')?.setAttribute('data-same', ''));
    await app.api.post(`/reports/${id}/share`).send({ label: 'from elsewhere' });
    await page.getByText('from elsewhere').waitFor(SOON);
    expect(await page.locator('.report iframe[data-same]').count()).toBe(1);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  });

  it('are asked about before they are deleted', async () => {
    const { app } = dashboard;
    const { id } = await makeReport(app, { title: 'Away with it' });
    const page = await dashboard.openLive('/ui/reports');
    await page.getByRole('button', { name: 'Delete Away with it' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await app.api.get(`/reports/${id}`)).status).toBe(200);
    await page.getByRole('button', { name: 'Delete Away with it' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('link', { name: 'Away with it' }).waitFor({ state: 'detached' });
    expect((await app.api.get(`/reports/${id}`)).status).toBe(404);
  });
});

describeInBrowser('skills', () => {
  const dashboard = new Dashboard();

  it('are published, switched off and deleted, and agents that lag are seen at once', async () => {
    const { app } = dashboard;
    const page = await dashboard.openLive('/ui/skills');
    await page.getByRole('button', { name: 'Publish skill…' }).click();
    await page.getByLabel('Name').fill('bisect');
    await page.getByLabel('Description').fill('find the change');
    await page.getByLabel('Content').fill('# Bisect');
    await page.getByLabel('Tags, separated by commas').fill('git, method');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('On no agent').waitFor();
    const skills = [{ name: 'bisect', version: 1 }];
    await app.api.post('/skills/sync').send({ agentId: 'mason-1', skills });
    await page.getByText('1 of 1 current').waitFor();
    await makeSkill(app, { name: 'bisect' });
    await page.getByText('1 behind').first().waitFor(SOON);

    await page.getByRole('link', { name: 'bisect' }).click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    const { enabled, tags } = (await app.api.get('/skills/items/bisect')).body;
    expect([enabled, tags]).toEqual([false, ['git', 'method']]);

    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.waitForURL('**/ui/skills');
    expect((await app.api.get('/skills/items/bisect')).status).toBe(404);
  });
});
