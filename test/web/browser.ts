import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Role } from '../../src/domain/tokens.ts';
import { buildConsole } from '../../src/launcher/console.ts';
import { launchBrowser } from './launch-browser.ts';
import { playerOf, type Player } from './player.ts';
import { roleCookie } from './page-role.ts';
import { openWorld, type World } from './world.ts';

export const widths = { narrow: 320, phone: 390, tablet: 820, desk: 1280, wide: 1920 } as const;
export type Width = keyof typeof widths;
export type Theme = 'light' | 'dark';

export interface View {
  readonly width?: Width | number;
  readonly theme?: Theme;
  /** `none`: not signed in. */
  readonly role?: Role | 'none';
  readonly timezone?: string;
  readonly reducedMotion?: boolean;
  readonly forcedColours?: boolean;
}

/** A world with its console, and a browser; both are shared by the tests of a file. */
export interface Site {
  readonly world: World;
  readonly player: Player;
  readonly browser: Browser;
  /** A page of its own, with nothing stored; it is closed after the test. */
  open(path: string, view?: View): Promise<Page>;
  context(view?: View): Promise<BrowserContext>;
  /** Goes to another page as a link does not: everything is loaded again. Until it shows what it is about. */
  go(page: Page, path: string): Promise<void>;
  /** What went wrong in a page: errors on its console, what its policy has stopped, requests that leave it. */
  readonly faults: string[];
}

export const useSite = (options: { readonly isEmpty?: boolean } = {}): Site => {
  let folder = '';
  const contexts: BrowserContext[] = [];
  const site = {
    faults: [] as string[],
    async context({ width = 'desk', theme = 'light', role, timezone = 'UTC', ...view }: View = {}) {
      const context = await made.browser.newContext({
        baseURL: made.world.front.address,
        viewport: { width: typeof width === 'number' ? width : widths[width], height: 900 },
        colorScheme: theme,
        timezoneId: timezone,
        reducedMotion: view.reducedMotion === true ? 'reduce' : 'no-preference',
        forcedColors: view.forcedColours === true ? 'active' : 'none',
      });
      contexts.push(context);
      if (role !== undefined)
        await context.addCookies([{ name: roleCookie, value: role, url: made.world.front.address }]);
      return context;
    },
    async open(path: string, view: View = {}) {
      const page = await (await site.context(view)).newPage();
      noteFaults(page, made.world.front.address, site.faults);
      await site.go(page, path);
      return page;
    },
    async go(page: Page, path: string) {
      await page.goto(path);
      await shown(page);
    },
  };
  const made = site as typeof site & { world: World; player: Player; browser: Browser };
  beforeAll(async () => {
    [folder, made.browser] = await Promise.all([buildConsole(() => undefined), launchBrowser()]);
    made.world = await openWorld({ console: folder, ...options });
    made.player = playerOf(made.world);
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.world?.close();
  });
  afterEach(async () => {
    made.world.front.back();
    const found = made.faults.splice(0);
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    // What a page still loads while it is closed fails.
    made.faults.splice(0);
    // No error on the console, no violation of the policy, no request to another place: of no page, in no test.
    expect(found).toEqual([]);
  });
  return made;
};

/** A page shows its heading, and nothing that it still loads. */
export const shown = async (page: Page): Promise<void> => {
  await page.locator('h1').first().waitFor();
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
};

/** Adds to `faults` what goes wrong in a page of the console at `address`. */
export const noteFaults = (page: Page, address: string, faults: string[]): void => {
  page.on('pageerror', (error) => faults.push(`${page.url()} ${error.message}`));
  page.on('console', (message) => {
    // What the API refuses is no fault of the page; the browser notes it all the same.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`${page.url()} ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${address}/`) && !url.startsWith('data:') && !url.startsWith('blob:'))
      faults.push(`${page.url()} asks ${url}`);
  });
};

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 A and AA, one line for each element. */
export const axeFindings = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResult>(`axe.run(document, ${JSON.stringify(axeOptions)})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary.replace(/\s+/g, ' ')}`),
  );
};

const axeOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  resultTypes: ['violations'],
};

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Pixels by which a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
