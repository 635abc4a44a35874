import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { buildConsole } from '../../src/launcher/console.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { fixTime } from './fixed-time.ts';
import { launchBrowser } from './launch-browser.ts';
import { operationsOf, routes, states } from './routes.ts';
import { openWorld, type World } from './world.ts';

/**
 * Pictures of the console: those of the documentation, or with `--folder` all pages on a phone and at a desk, in both themes.
 * `npm run screenshots:console`.
 */

const { values } = parseArgs({ options: { folder: { type: 'string' } } });

const operationPath = async (world: World, name: string): Promise<string> => {
  const { id } = await world.database(name);
  const [operation] = await world.store.listOperations(id);
  return `/p/default/${name}/operations/${operation!.id}`;
};

const open = async (browser: Browser, world: World, width: number, theme: 'light' | 'dark'): Promise<Page> => {
  const context = await browser.newContext({
    baseURL: world.front.address,
    viewport: { width, height: width < 800 ? 844 : 720 },
    colorScheme: theme,
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  await fixTime(context, openedAt);
  return context.newPage();
};

/** Once it shows what it is about, and the last of it has come in. */
const take = async (page: Page, path: string, file: string, fullPage: boolean): Promise<void> => {
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  await page.waitForTimeout(600);
  await page.screenshot({ path: file, fullPage });
};

const takeDocumented = async (browser: Browser, world: World, folder: string): Promise<void> => {
  const page = await open(browser, world, 1280, 'light');
  const pictures = {
    list: '/',
    overview: '/p/default/shop',
    scale: '/p/default/catalog/scale',
    plan: '/p/default/catalog/scale?do=ha&enabled=true',
    operation: await operationPath(world, 'billing'),
  };
  for (const [name, path] of Object.entries(pictures))
    await take(page, path, join(folder, `console-${name}.png`), false);
};

const takeAll = async (browser: Browser, world: World, folder: string): Promise<void> => {
  const paths = [...routes, ...states, ...(await Promise.all(operationsOf.map((name) => operationPath(world, name))))];
  for (const width of [390, 1280])
    for (const theme of ['light', 'dark'] as const) {
      const page = await open(browser, world, width, theme);
      for (const path of paths) {
        const name =
          path
            .replace(/[0-9a-f-]{36}$/, 'last')
            .replaceAll('/', '-')
            .slice(1) || 'list';
        await take(page, path, join(folder, `${name}-${width}-${theme}.png`), true);
      }
    }
};

const openedAt = Date.now();
const world = await openWorld({ console: await buildConsole(() => undefined) });
const browser = await launchBrowser();
try {
  const folder = values.folder === undefined ? join(repositoryRoot, 'docs', 'images') : resolve(values.folder);
  mkdirSync(folder, { recursive: true });
  if (values.folder === undefined) await takeDocumented(browser, world, folder);
  else await takeAll(browser, world, folder);
} finally {
  await browser.close();
  await world.close();
}
