import { describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { axeFindings, overflow, useSite, widths, type View } from './browser.ts';
import { operationsOf, routes, states } from './routes.ts';

const site = useSite();

/** The page of the last operation of a database. */
const operationPath = async (name: string): Promise<string> => {
  const { id } = await site.world.database(name);
  const [operation] = await site.world.store.listOperations(id);
  return `/p/default/${name}/operations/${operation!.id}`;
};

const allPages = async (): Promise<readonly string[]> => [
  ...routes,
  ...states,
  ...(await Promise.all(operationsOf.map(operationPath))),
];

/** Every fourth page, beginning with another one for each offset. */
const sampled = (pages: readonly string[], offset: number): readonly string[] =>
  pages.filter((_, index) => index % 4 === offset);

/** What is wrong on each page, of those where something is. */
const findOn = async (
  pages: readonly string[],
  view: View,
  look: (page: Page) => Promise<readonly string[]>,
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const page = await site.open('/', view);
  const found: Record<string, readonly string[]> = {};
  for (const path of pages) {
    await site.go(page, path);
    const wrong = await look(page);
    if (wrong.length > 0) found[path] = wrong;
  }
  return found;
};

/** One first heading, and the name of the page in the title. */
const nameless = async (page: Page): Promise<readonly string[]> => {
  const count = await page.getByRole('heading', { level: 1 }).count();
  const title = await page.title();
  return count === 1 && title !== 'pgrow' ? [] : [`${count} first headings, titled ${title}`];
};

const tooWide = async (page: Page): Promise<readonly string[]> => {
  const pixels = await overflow(page);
  return pixels > 0 ? [`${pixels} pixels wider than its window of ${page.viewportSize()?.width}`] : [];
};

describe('every page', () => {
  // 2, 3. A window of 640 pixels at 200 % is one of 320.
  test('fits a window of 320 pixels, says what it is, and has no barrier that axe knows on a phone', async () => {
    const found = await findOn(await allPages(), { width: 'narrow', theme: 'light' }, async (page) => {
      const first = [...(await tooWide(page)), ...(await nameless(page))];
      await page.setViewportSize({ width: widths.phone, height: 844 });
      const second = [...(await tooWide(page)), ...(await axeFindings(page))];
      await page.setViewportSize({ width: widths.narrow, height: 844 });
      return [...first, ...second];
    });
    expect(found).toEqual({});
  });

  test('has no barrier that axe knows in a dark, wide window', async () => {
    expect(await findOn(await allPages(), { width: 'desk', theme: 'dark' }, axeFindings)).toEqual({});
  });

  test('nor, for a part of them each, in the other themes and widths', async () => {
    const pages = await allPages();
    expect(await findOn(sampled(pages, 0), { width: 'phone', theme: 'dark' }, axeFindings)).toEqual({});
    expect(await findOn(sampled(pages, 1), { width: 'desk', theme: 'light' }, axeFindings)).toEqual({});
    expect(await findOn(sampled(pages, 2), { width: 'tablet', theme: 'light' }, axeFindings)).toEqual({});
  });

  // 2
  test.each([
    { theme: 'light', width: 'desk' },
    { theme: 'dark', width: 'phone' },
  ] as const)('nor with a plan, a menu, the palette or a question open ($theme)', async (view) => {
    const page = await site.open('/p/default/catalog?do=ha&enabled=true', view);
    const found: Record<string, readonly string[]> = {};
    await page.getByRole('dialog').locator('[data-part=start]:not([aria-disabled])').waitFor();
    found['plan'] = await axeFindings(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More actions for catalog' }).click();
    await page.getByRole('menuitem').first().waitFor();
    found['menu'] = await axeFindings(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    found['palette'] = await axeFindings(page);
    await site.go(page, '/p/default/shop');
    await page.getByRole('button', { name: /^Switch over/ }).click();
    await page.getByRole('menuitem').first().waitFor();
    found['candidates'] = await axeFindings(page);
    await site.go(page, await operationPath('billing'));
    await page.getByRole('button', { name: 'Abort', exact: true }).click();
    await page.getByRole('button', { name: 'Abort it' }).waitFor();
    found['question'] = await axeFindings(page);
    expect(found).toEqual({ plan: [], menu: [], palette: [], candidates: [], question: [] });
  });

  // 31
  test('says its states in words where colours are forced, and moves nothing where that is not wanted', async () => {
    const page = await site.open('/', { reducedMotion: true, forcedColours: true });
    for (const word of ['healthy', 'degraded', 'down', 'unknown', 'stopped'])
      expect(await page.getByRole('table').getByText(word, { exact: true }).count()).toBeGreaterThan(0);
    await site.go(page, await operationPath('billing'));
    expect(await page.evaluate('document.getAnimations().filter((each) => each.playState === "running").length')).toBe(
      0,
    );
  });

  test('of what there is not names what there is', async () => {
    const page = await site.open('/p/default/nothing');
    await page.getByRole('main').getByRole('link', { name: 'shop' }).waitFor();
    expect(await page.getByRole('main').getByRole('link', { name: 'shop' }).count()).toBe(1);
    await site.go(page, '/nowhere');
    expect(await page.getByRole('main').getByRole('link').count()).toBeGreaterThan(0);
  });
});
