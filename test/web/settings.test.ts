import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings, useSite } from './browser.ts';
import type { Deed } from './residents.ts';

const site = useSite({ isEmpty: true });
const soon = { timeout: 15_000 };

/** A single server, with what else has happened to it; its name. */
const newcomer = async (...deeds: readonly Deed[]): Promise<string> => {
  const name = `db-${randomUUID().slice(0, 8)}`;
  await site.world.add({ name, deeds: [{ workflow: 'createDatabase', ago: 90 }, ...deeds] });
  return name;
};

const sheet = (page: Page) => page.getByRole('dialog');
const row = (page: Page, setting: string) => page.locator(`[data-setting="${setting}"]`);
const bar = (page: Page) => page.getByRole('region', { name: 'What has been edited' });
const writes = (since: number) =>
  site.world.front.asked
    .slice(since)
    .filter(({ method, url }) => method !== 'GET' && method !== 'HEAD' && !url.includes('dry_run=true'));
const openSettings = async (name: string, view: Parameters<typeof site.open>[1] = {}): Promise<Page> => {
  const page = await site.open(`/p/default/${name}/settings`, view);
  await row(page, 'work_mem').waitFor();
  return page;
};
/** By keyboard alone. */
const edit = async (page: Page, setting: string, value: string): Promise<void> => {
  await row(page, setting)
    .getByRole('button', { name: /^Change/ })
    .focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(value);
  await page.keyboard.press('Enter');
};

test('settings are changed by keyboard, in one operation, after its plan was seen', async () => {
  const name = await newcomer();
  const page = await openSettings(name);
  const since = site.world.front.asked.length;
  await edit(page, 'work_mem', '16MB');
  expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(/^Change work_mem/);
  await edit(page, 'max_connections', '300');
  await page.getByLabel('CPUs').focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('4');
  await expect.poll(() => bar(page).textContent(), soon).toMatch(/3 changes by one hand-over, writes wait about/);
  await bar(page).getByRole('link', { name: 'Preview' }).focus();
  await page.keyboard.press('Enter');
  const items = sheet(page).getByRole('region', { name: 'What changes' }).getByRole('listitem');
  await expect
    .poll(() => items.allTextContents(), soon)
    .toEqual(['CPUs2 → 4live', 'max_connections200 → 300by hand-over', 'work_mem4MB → 16MBlive']);
  expect(await sheet(page).textContent()).toContain(
    `./pgrow change ${name} --set work_mem=16MB --set max_connections=300 --cpus 4`,
  );
  expect(writes(since)).toEqual([]);
  await sheet(page).getByRole('button', { name: 'Change it now' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-operation]').waitFor();
  expect(writes(since)).toHaveLength(1);
  const { id } = await site.world.database(name);
  await site.world.worker.ended(id);
  await site.go(page, `/p/default/${name}/settings`);
  await expect.poll(() => row(page, 'work_mem').textContent(), soon).toMatch(/chosen.*16MB/);
  expect(await bar(page).count()).toBe(0);
  expect(await page.getByRole('region', { name: 'Rollback window' }).textContent()).toContain('max_connections');
});

test('a value that the server refuses says so at its field, and is mended there', async () => {
  const page = await openSettings(await newcomer());
  await edit(page, 'work_mem', 'banana');
  const field = row(page, 'work_mem').locator('[aria-invalid=true]');
  await field.waitFor();
  const described = (await field.getAttribute('aria-describedby'))!.split(' ');
  const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).textContent()));
  expect(texts.join(' ')).toContain('invalid value for parameter "work_mem": "banana"');
  expect(await bar(page).textContent()).toContain('1 value is not allowed');
  expect(await axeFindings(page)).toEqual([]);
  await bar(page).getByRole('link', { name: 'Preview' }).click();
  await sheet(page).locator('[aria-invalid=true]').fill('8MB');
  await expect
    .poll(() => sheet(page).getByRole('region', { name: 'What changes' }).textContent(), soon)
    .toContain('4MB → 8MB');
  await page.keyboard.press('Escape');
  await sheet(page).waitFor({ state: 'detached' });
  await expect.poll(() => row(page, 'work_mem').textContent(), soon).toContain('8MB');
});

test('what ALTER SYSTEM has set is shown, and a change takes it over', async () => {
  const name = await newcomer();
  site.world.altered.set(name, { random_page_cost: '1.1' });
  const page = await openSettings(name);
  expect(await row(page, 'random_page_cost').textContent()).toContain('ALTER SYSTEM');
  await site.go(page, `/p/default/${name}/settings?do=change&cpus=4`);
  await expect
    .poll(() => sheet(page).getByRole('region', { name: 'What changes' }).textContent(), soon)
    .toContain('random_page_cost');
});

test('a viewer reads every setting with the reason why nothing is edited', async () => {
  const since = site.world.front.asked.length;
  const page = await openSettings(await newcomer(), { role: 'viewer', width: 'phone' });
  expect(await page.getByText('Read only: a change needs operator.').count()).toBe(1);
  expect(await row(page, 'work_mem').getByRole('button').count()).toBe(0);
  await page.getByLabel('Search settings').fill('wal_level');
  await expect.poll(() => row(page, 'wal_level').textContent(), soon).toContain('Leave it as it is.');
  expect(writes(since)).toEqual([]);
});
