import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { shown, useSite } from './browser.ts';

const site = useSite({ isEmpty: true });

const soon = { timeout: 15_000 };

interface Focus {
  readonly tag: string;
  readonly name: string;
  /** In the window, and marked. */
  readonly isVisible: boolean;
}

/** What has the focus; null where nothing has it. */
const focus = (page: Page): Promise<Focus | null> =>
  page.evaluate(`(() => {
    const active = document.activeElement;
    if (!active || active === document.body) return null;
    const box = active.getBoundingClientRect();
    const isInWindow = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    const name = active.getAttribute('aria-label') ?? active.labels?.[0]?.textContent ?? active.textContent;
    const isMarked = getComputedStyle(active).outlineStyle !== 'none' || active.matches('main, [role=dialog]');
    return { tag: active.localName, name: name.trim().replace(/\\s+/g, ' ').slice(0, 60), isVisible: isInWindow && isMarked };
  })()`);

/** Goes on with the key until something of this name has the focus; it is never lost, and never out of sight. */
const tabTo = async (page: Page, name: RegExp, key = 'Tab'): Promise<void> => {
  const passed: string[] = [];
  for (let pressed = 0; pressed < 90; pressed += 1) {
    const now = await focus(page);
    if (now && /^(a|button|input)$/.test(now.tag) && name.test(now.name)) return;
    passed.push(now ? `${now.tag} ${now.name}` : 'nothing');
    expect({ passed, now }).toEqual({ passed, now: expect.objectContaining({ isVisible: true }) });
    await page.keyboard.press(key);
  }
  throw new Error(`Tab leads to no ${name}, but to: ${passed.join(', ')}`);
};

const press = async (page: Page, name: RegExp, key = 'Tab'): Promise<void> => {
  await shown(page);
  await tabTo(page, name, key);
  await page.keyboard.press('Enter');
};

const sheetReady = (page: Page) => page.getByRole('dialog').locator('[aria-busy=false]').waitFor();
/** The page of an operation, at its end. */
const done = async (page: Page): Promise<void> => {
  await page.waitForURL(/operations\//);
  await page.locator('[data-result=done]').waitFor({ timeout: 60_000 });
};

// 29
test('the whole story by keyboard alone: sign in, create, preview high availability, start, watch, roll back', async () => {
  const { body } = await site.world.ask('POST', '/v1/sessions/tickets', { role: 'operator' });
  const page = await site.open(`/signin#ticket=${body.ticket}`, { role: 'none' });
  await page.getByRole('heading', { level: 1, name: 'Databases' }).waitFor();
  await press(page, /^New database/);
  await page.getByRole('heading', { level: 1, name: 'New database' }).waitFor();
  await tabTo(page, /^Name/);
  await page.keyboard.type('tour');
  await expect.poll(() => page.locator('[type=submit]').getAttribute('aria-disabled'), soon).toBeNull();
  await press(page, /^Preview the plan/);
  await sheetReady(page);
  await press(page, /^Create/);
  await done(page);
  await press(page, /^Scale$/);
  await page.getByRole('link', { name: /^Preview High/ }).waitFor();
  await press(page, /^Preview High availability/);
  await sheetReady(page);
  await press(page, /^Expand/);
  await done(page);
  await press(page, /^Overview$/);
  await page.getByRole('link', { name: /^Roll back/ }).waitFor();
  // It stands above the tabs, of which the present one has kept the focus.
  await press(page, /^Roll back/, 'Shift+Tab');
  await sheetReady(page);
  await press(page, /^Roll back/);
  await done(page);
  expect(await focus(page)).toMatchObject({ isVisible: true });
  expect((await site.world.database('tour')).topology.stage).toBe(0);
});
