import { AxeBuilder } from '@axe-core/playwright';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard, live } from '../support/dashboard.js';
import { make, makeCommit, makeEvent, makeItem, makeSkill, makeTask, NOON } from '../support/make.js';
import { makeLink, makeReport } from '../support/reports.js';
import { UI_PAGES } from '../support/ui-pages.js';

const THEMES = ['light', 'dark'] as const;
/** The dashboard has some 2,000 elements. */
const AXE_TIMEOUT_MS = 90_000;
const PHONE = { width: 390, height: 844 };

/** A report with each kind of thing that has colours of its own. */
const EVERYTHING = `# Stones

- [x] [cut](https://example.org)

> said

| a | b |
|---|---|
| 1 | 2 |

\`\`\`ts
// why
const n: number = 1; // 'text'
\`\`\`
`;

describeInBrowser('every page', () => {
  const dashboard = new Dashboard();

  beforeAll(async () => {
    const { app } = dashboard;
    const task = await makeTask(app, { title: 'seen by all', description: 'with everything', tags: ['one', 'two'] });
    await app.api.post(`/board/tasks/${task.id}/notes`).send({ author: 'mason', content: 'no', type: 'blocker' });
    const artifacts = [{ type: 'url', url: 'https://example.org/', label: 'the tower' }];
    await app.api.post(`/board/tasks/${task.id}/review`).send({ summary: 'all done', artifacts });
    await makeTask(app, { title: 'later', dependencies: [task.id, 'gone'], tags: ['launch'], priority: 0 });
    const dead = await makeTask(app, { title: 'd'.repeat(300), maxAttempts: 1 });
    const { body } = await app.api.post(`/board/tasks/${dead.id}/claim`).send({ agent: 'mason' });
    await app.api.post(`/board/tasks/${dead.id}/fail`).send({ fence: body.lease.fence, reason: 'no' });
    const held = await makeTask(app, { title: 'h'.repeat(300) });
    await app.api.post(`/board/tasks/${held.id}/claim`).send({ agent: 'a'.repeat(200), vmId: 'v'.repeat(200) });
    await make(app, '/auth/keys', { name: 'k'.repeat(200), role: 'agent', expiresAt: '2099-01-01T00:00:00Z' });
    await makeEvent(app, { type: 'question', detail: 'what?', metadata: { deep: true } });
    await makeSkill(app, { tags: ['reading'] });
    await makeItem(app, 'extensions', { enabled: false });
    const skills = [{ name: 'review', version: 7 }];
    await app.api.post('/skills/sync').send({ agentId: 'mason-1', vmId: 'vm-1', skills });
    const report = await makeReport(app, { content: EVERYTHING, tags: ['tower'] });
    await makeLink(app, report.id, { label: 'for all' });
    await makeLink(app, report.id, { expiresAt: NOON });
    await make(app, '/log', { text: `${'wall '.repeat(300)}${'w'.repeat(300)}`, agent: 'mason' });
    await make(app, '/journal', {
      text: 'it stands',
      author: 'mason',
      mood: 'proud',
      tags: ['tower', 't'.repeat(200)],
    });
    await makeCommit(app, {
      vmId: 'v'.repeat(200),
      label: 'w'.repeat(300),
      tags: ['golden'],
      metadata: { deep: { down: 1 } },
    });
  });

  it('keeps the theme that was chosen, from the first paint on', async () => {
    const page = await dashboard.open('/ui/');
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    // Before any other script has run.
    await page.route('**/app.*.js', (route) => route.abort());
    await page.reload();
    expect(await background()).toBe(dark);
  });

  describe('what agents wrote', () => {
    const payload = `"'><script>window.ran=1</script><img src=x onerror="window.ran=1">`;
    let id: string;

    beforeAll(async () => {
      const { api } = dashboard.app;
      const fields = { title: payload, assignee: payload, tags: [payload], createdBy: payload };
      ({ id } = await makeTask(dashboard.app, fields));
      await api.post(`/board/tasks/${id}/notes`).send({ author: payload, content: payload, type: 'update' });
      const artifacts = [{ type: 'url', url: 'javascript:window.ran=1', label: 'click me' }];
      await api.post(`/board/tasks/${id}/artifacts`).send({ artifacts });
      await make(dashboard.app, '/auth/keys', { name: payload, role: 'agent' });
    });

    async function expectNothingRuns(path: string): Promise<void> {
      const page = await dashboard.open(path);
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await live(page);
      await dashboard.app.api.post(`/board/tasks/${id}/bump`);
      const event = await makeEvent(dashboard.app, { agent: payload, summary: payload });
      await page.locator(`[data-live-last][datetime="${event['timestamp'] as string}"]`).waitFor();
      expect([await page.evaluate(() => 'ran' in window), complaints]).toEqual([false, []]);
      await page.close();
    }

    it.each(UI_PAGES)('runs not on $name', ({ path }) => expectNothingRuns(path));

    it('runs not on the page of a task, nor beside the board', async () => {
      await dashboard.app.api.post(`/board/tasks/${id}/claim`).send({ agent: payload, vmId: payload });
      await expectNothingRuns(`/ui/tasks/${id}`);
      await expectNothingRuns(`/ui/?task=${id}`);
      await expectNothingRuns('/ui/claims');
    });

    it('runs not in the palette', async () => {
      const page = await dashboard.open('/ui/');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('window.ran');
      await page
        .getByRole('option', { name: /script/ })
        .first()
        .waitFor();
      expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    });
  });

  it.each(UI_PAGES)('has $name fit a phone', async (listed) => {
    const page = await dashboard.openListed(listed);
    await page.setViewportSize(PHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  });

  it('has its entry of the navigation in sight on a phone', async () => {
    const narrow = await dashboard.signedIn({ viewport: PHONE });
    const page = await dashboard.open('/ui/fleet', narrow);
    await live(page);
    const entry = await page.locator('.topnav [aria-current]').boundingBox();
    const { x = -1, width = 0 } = entry ?? {};
    expect([x >= 0, x + width <= PHONE.width]).toEqual([true, true]);
    await narrow.close();
  });

  it('can be read without scripts', async () => {
    await makeTask(dashboard.app, { title: 'plain to see' });
    const plain = await dashboard.withoutScripts();
    const page = await dashboard.open('/ui/', plain);
    await page.locator('.card').getByText('plain to see').waitFor();
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByLabel('Assignee').fill('nobody at all');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('No tasks here').waitFor();
    await plain.close();
  });

  describe.each(THEMES)('in the %s theme', (colorScheme) => {
    it.each(UI_PAGES)(
      'has nothing that axe finds serious: $name',
      async (listed) => {
        const page = await dashboard.openListed(listed);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await new AxeBuilder({ page }).analyze();
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      },
      AXE_TIMEOUT_MS,
    );
  });
});
