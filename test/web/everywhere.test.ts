import { describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { axeFindings, overflow, useSite, widths, type View } from './browser.ts';
import { misplaced } from './geometry.ts';
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

const barriers = async (page: Page): Promise<readonly string[]> => [
  ...(await axeFindings(page)),
  ...(await misplaced(page)),
];

describe('every page', () => {
  // 2, 3, 35. A window of 640 pixels at 200 % is one of 320.
  test('says what it is, fits windows of all widths with everything in its place, and has no barrier that axe knows on a phone', async () => {
    const found = await findOn(await allPages(), { width: 'narrow', theme: 'light' }, async (page) => {
      const wrong = [...(await nameless(page))];
      for (const width of [widths.narrow, widths.phone, widths.desk, widths.wide]) {
        await page.setViewportSize({ width, height: 844 });
        for (const line of [...(await tooWide(page)), ...(await misplaced(page))]) wrong.push(`${width}: ${line}`);
        if (width === widths.phone) wrong.push(...(await axeFindings(page)));
      }
      await page.setViewportSize({ width: widths.narrow, height: 844 });
      return wrong;
    });
    expect(found).toEqual({});
  });

  // 35
  test('has the same header, which stays where it is whatever the state of the connection', async () => {
    const page = await site.open('/');
    const boxes = async (): Promise<readonly unknown[]> => {
      const found: unknown[] = [];
      for (const width of [widths.narrow, widths.phone, widths.desk]) {
        await page.setViewportSize({ width, height: 844 });
        found.push(
          await page.evaluate(
            `[...document.querySelectorAll('header, header > :is(a, button)')].map((each) => JSON.stringify(each.getBoundingClientRect()))`,
          ),
        );
      }
      return found;
    };
    await page.locator('[data-connection=live]').waitFor();
    const live = await boxes();
    await site.go(page, '/p/default/reports');
    await page.locator('[data-connection=live]').waitFor();
    expect(await boxes()).toEqual(live);
    site.world.front.cut({ away: true });
    await page.locator('[data-connection=reconnecting]').waitFor();
    expect(await boxes()).toEqual(live);
    site.world.front.back();
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
    found['plan'] = await barriers(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More actions for catalog' }).click();
    await page.getByRole('menuitem').first().waitFor();
    found['menu'] = await barriers(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    found['palette'] = await barriers(page);
    await site.go(page, '/p/default/shop');
    await page.getByRole('button', { name: /^Switch over/ }).click();
    await page.getByRole('menuitem').first().waitFor();
    found['candidates'] = await barriers(page);
    await site.go(page, await operationPath('billing'));
    await page.getByRole('button', { name: 'Abort', exact: true }).click();
    await page.getByRole('button', { name: 'Abort it' }).waitFor();
    found['question'] = await barriers(page);
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
