import { expect, it } from '@jest/globals';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

describeInBrowser('the keys page', () => {
  const dashboard = new Dashboard();

  const statusWith = async (key: string): Promise<number> =>
    (await dashboard.app.anonymous.get('/board/tasks').set('Authorization', `Bearer ${key}`)).status;

  it('shows a new key once, copies it, and revokes it', async () => {
    await dashboard.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await dashboard.openLive('/ui/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Whose it is').fill('builder-1');
    await page.getByLabel('Good for').selectOption('a week');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const shown = page.getByRole('dialog', { name: 'The key of builder-1' });
    const key = await shown.getByLabel('The key').inputValue();
    expect(key).toMatch(/^vas_[\w-]{43}$/);
    await shown.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    await shown.getByRole('button', { name: 'I have it' }).click();
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[data-new-key-text]')?.value === '');
    expect(await statusWith(key)).toBe(200);

    await page.reload();
    expect(await page.content()).not.toContain(key);
    const row = page.getByRole('row', { name: /builder-1/ });
    expect(await row.locator('td').allTextContents()).toEqual([
      'builder-1',
      'agent',
      expect.stringMatching(/^(now|\d+s)$/),
      expect.stringMatching(/^[67]d left$/),
      expect.stringMatching(/^(now|\d+s)$/),
      expect.stringContaining('Revoke'),
    ]);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await statusWith(key)).toBe(200);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.locator('#confirm').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No keys yet').waitFor();
    expect(await statusWith(key)).toBe(401);
  });

  it('is for admins only', async () => {
    const { body } = await dashboard.app.api.post('/auth/keys').send({ name: 'reader-1', role: 'reader' });
    const asReader = (path: string) =>
      dashboard.app.anonymous
        .get(path)
        .set('Authorization', `Bearer ${body.key as string}`)
        .set('Accept', 'text/html');
    expect((await asReader('/ui/keys')).status).toBe(403);
    expect((await asReader('/ui/keys/export.csv')).status).toBe(403);
    expect((await asReader('/ui/claims')).status).toBe(200);
  });
});
