import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Browser, Page } from 'playwright-core';
import { TestApp } from '../support/app.js';
import { launchChromium } from '../../bench/support/chromium.ts';
import { describeInBrowser } from '../support/browser.js';
import { makeLink, makeReport } from '../support/reports.js';

const RUN = 'window.top.__pwned=1;window.__pwned=1;alert(1)';
const MARKUP = `"'><img src=x onerror="${RUN}"><script>${RUN}</script>`;
const DIAGRAM = 'graph LR; A[Read] --> B[Cut]';
const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** Each tries to run something when the page is opened or clicked on. */
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `</article></main></body><script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}"><animate onbegin="${RUN}" attributeName=x dur=1s></svg>`,
  `<svg><script>${RUN}</script></svg>`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<details open ontoggle="${RUN}">x</details>`,
  `<style>@import "https://evil.example/x.css";</style><link rel=stylesheet href=https://evil.example/y.css>`,
  `<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example/">`,
  `<form action="https://evil.example/"><button autofocus onfocus="${RUN}">x</button></form>`,
  `[link](javascript:${encodeURIComponent(RUN)})`,
  `[link](JaVaScRiPt:alert(1)) [link]( javascript:alert(1) ) [link](<java\tscript:alert(1)>)`,
  `[link](&#106;avascript:alert(1)) [link](javascript&colon;alert(1)) [link](&#x6A;&#x61;vascript:alert(1))`,
  `[link](vbscript:msgbox(1)) [link](data:text/html,<script>${RUN}</script>) [link](data:text/html;base64,PHNjcmlwdD4=)`,
  `[link](https://a.example/" onmouseover="${RUN}) [link](https://a.example "x\\" onclick=\\"${RUN}")`,
  `<javascript:alert(1)> [ref]\n\n[ref]: javascript:alert(1) "x"`,
  `![x](javascript:alert(1)) ![x" onerror="${RUN}](x.png) ![x](https://images.example/a.png "x\\" onerror=\\"${RUN}")`,
  `![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+) ![x](//evil.example/x.png) ![x](http://evil.example/x.png)`,
  `# location\n\n# __proto__\n\n# ${MARKUP}\n\n# body\n\n# cookie" onclick="${RUN}`,
  fence(`js"><img src=x onerror=${RUN}>`, MARKUP),
  fence('html', MARKUP),
  fence('__proto__', MARKUP),
  fence('constructor', MARKUP),
  `| a${MARKUP} | b |\n|:-:|-:|\n| <img src=x onerror="${RUN}"> | [x](javascript:alert(1)) |`,
  `- [x] <img src=x onerror="${RUN}">\n  > **[a *b \`c\`](javascript:alert(1))**\n  > - [ ] ${MARKUP}`,
  `***[![x](javascript:alert(1))](javascript:alert(1))***`,
  `<!--<img src="--><img src=x onerror=${RUN}//">`,
  fence('mermaid', `graph LR; A["<img src=x onerror='${RUN}'>"] --> B["<script>${RUN}</script>"]`),
  fence('mermaid', `graph LR; A --> B\nclick A href "javascript:${RUN}"\nclick B call alert(1)`),
  fence(
    'mermaid',
    `%%{init: {"securityLevel": "loose", "htmlLabels": true}}%%\ngraph LR; A["<img src=x onerror=${RUN}>"]`,
  ),
  fence('mermaid', `---\ntitle: "${MARKUP.replaceAll('"', "'")}"\n---\ngraph LR; A --> B`),
  fence('mermaid', `</code></pre><script>${RUN}</script>`),
];

let app: TestApp;
let browser: Browser;
let page: Page;
/** What went wrong on the page, and which other hosts it asked for something. */
let trouble: string[];
let foreign: string[];

async function open(fields: object, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
  const { url } = await makeLink(app, (await makeReport(app, fields)).id);
  page = await browser.newPage({ colorScheme });
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const isPolicy = message.text().includes('Content Security Policy');
    if (message.type() === 'error' && !isPolicy) trouble.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) => {
      document.documentElement.dataset['violation'] = `${violatedDirective} ${sample}`;
    });
  });
  await page.route(/.*/, (route) => {
    const { host, href, protocol } = new URL(route.request().url());
    if (host === new URL(app.url).host || protocol === 'data:') return route.continue();
    foreign.push(href);
    return route.fulfill({ status: 200, contentType: 'image/png', body: '' });
  });
  await page.goto(url);
}

/** Waits until each diagram is drawn or given up. */
async function drawn(): Promise<void> {
  await page.waitForFunction(() => document.documentElement.classList.contains('diagrams-drawn'), undefined, {
    timeout: 60_000,
  });
}

describeInBrowser('a shared page in Chromium', () => {
  beforeAll(async () => {
    app = await TestApp.start();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  beforeEach(() => {
    trouble = [];
    foreign = [];
  });

  afterEach(() => page.close());

  it('runs nothing of a report, asks no other host but for images, and its own policy stops nothing of its own', async () => {
    await open({
      title: MARKUP,
      author: MARKUP.slice(0, 200),
      tags: [MARKUP.slice(0, 200)],
      content: PAYLOADS.join('\n\n'),
    });
    await drawn();
    expect(await page.locator('h1').first().textContent()).toBe(MARKUP);
    for (const frame of page.frames()) {
      await frame.evaluate(() => {
        for (const element of document.querySelectorAll<HTMLElement>('a, g, button, summary, [onclick]')) {
          if (element.getAttribute('href')?.startsWith('http')) continue;
          for (const type of ['mouseover', 'focus', 'click']) element.dispatchEvent(new Event(type, { bubbles: true }));
        }
      });
    }
    const pwned = await Promise.all(page.frames().map((frame) => frame.evaluate(() => '__pwned' in window)));
    expect(pwned).toEqual(pwned.map(() => false));
    expect(trouble).toEqual([]);
    // Of the page itself: Mermaid tries out labels as HTML, and that the policy of its frame stops them is what that is for.
    expect(await page.locator('html').getAttribute('data-violation')).toBeNull();
    expect([...new Set(foreign)]).toEqual(['https://images.example/a.png']);
    const links = await page.locator('article a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links.filter((href) => href !== null && !/^(https?:|mailto:|#h-)/.test(href))).toEqual([]);
    const scripts = await page.locator('script, style, [style], iframe[srcdoc], base, form, article link').count();
    expect(scripts).toBe(1);
  }, 120_000);

  it('shows Markdown that cannot be rendered as plain text, in which nothing runs', async () => {
    const content = `${MARKUP}\n\n[a]: https://a.example/${'x'.repeat(500_000)}\n\n${'[a] '.repeat(100_000)}`;
    await open({ content });
    await drawn();
    expect(await page.locator('pre.plain').textContent()).toBe(content);
    expect([trouble, foreign, await page.evaluate(() => '__pwned' in window)]).toEqual([[], [], false]);
  }, 60_000);

  it.each(['light', 'dark'] as const)('draws diagrams in %s frames that can reach nothing', async (colorScheme) => {
    await open(
      { content: [fence('mermaid', DIAGRAM), fence('mermaid', 'no diagram at all')].join('\n\n') },
      colorScheme,
    );
    await drawn();
    expect(await page.locator('iframe').count()).toBe(1);
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-scripts');
    expect(await page.locator('pre.mermaid').allTextContents()).toEqual([`${DIAGRAM}\n`, 'no diagram at all\n']);
    expect(await page.locator('pre.mermaid').last().isVisible()).toBe(true);
    const frame = page.frames()[1];
    expect(await frame?.locator('svg').textContent()).toMatch(/Read[^]*Cut/);
    const { height } = (await page.locator('iframe').boundingBox()) ?? { height: 0 };
    expect(height).toBeGreaterThan(40);
    const reached = await frame?.evaluate(
      async (url) => ({
        origin: self.origin,
        dark: matchMedia('(prefers-color-scheme: dark)').matches,
        fetched: await fetch(`${url}/health`).then(
          () => true,
          () => false,
        ),
        parent: ((): boolean => {
          try {
            return parent.document.title !== '';
          } catch {
            return false;
          }
        })(),
      }),
      app.url,
    );
    expect(reached).toEqual({ origin: 'null', dark: colorScheme === 'dark', fetched: false, parent: false });
  });

  it('fits a phone, and leads to its headings', async () => {
    const wide = `| ${'wide | '.repeat(30)}\n|${'-|'.repeat(30)}\n\n${'https://a.example/'.padEnd(400, 'x')}`;
    await open({
      content: `[down](#the-end)\n\n${wide}\n\n${fence('', 'x'.repeat(500))}\n\n${'text\n\n'.repeat(80)}## The end`,
    });
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.getByText('down').click();
    expect(await page.getByRole('heading', { name: 'The end' }).boundingBox()).toMatchObject({ y: expect.any(Number) });
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(500);
  });
});
