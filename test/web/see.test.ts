import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { shown, useSite } from './browser.ts';
import { touchedRows, watchRows } from './touched-rows.ts';

const site = useSite();

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
const names = async (page: Page): Promise<readonly string[]> =>
  (await page.getByRole('table', { name: 'Databases' }).getByRole('rowheader').getByRole('link').allTextContents()).map(
    (text) => text.trim(),
  );
const pill = (page: Page) => page.locator('[data-connection]').getAttribute('data-connection');
/** What comes by the stream is there in a moment; on a busy machine in several. */
const soon = { timeout: 10_000 };

describe('the list of databases', () => {
  test('has what needs attention first, and says why', async () => {
    const page = await site.open('/');
    expect((await names(page)).slice(0, 4)).toEqual(['ledger', 'legacy', 'archive', 'reports']);
    expect(await row(page, 'reports').textContent()).toContain('postgres-4 is not streaming');
    expect(await row(page, 'billing').textContent()).toMatch(/expand \d+\/29/);
  });

  // 9
  test('changes one row for a change of one database', async () => {
    const page = await site.open('/');
    await expect.poll(() => pill(page), soon).toBe('live');
    await watchRows(page);
    await site.player.look('sandbox', { health: 'degraded', notices: ['postgres-1 answers slowly.'] });
    await expect.poll(() => row(page, 'sandbox').textContent(), soon).toContain('postgres-1 answers slowly.');
    expect((await touchedRows(page)).filter((name) => !name.startsWith('sandbox'))).toEqual([]);
    await site.player.look('sandbox', {});
    await expect.poll(() => row(page, 'sandbox').textContent(), soon).toContain('healthy');
  });

  // 10
  test('says of every database that it is unknown, and of none that it is down, while the engine does not answer', async () => {
    const page = await site.open('/');
    await site.player.part('engine', 'down');
    const table = page.getByRole('table', { name: 'Databases' });
    await expect.poll(() => table.getByText('healthy', { exact: true }).count(), soon).toBe(0);
    expect(await table.getByText('down', { exact: true }).count()).toBe(0);
    expect(await row(page, 'shop').textContent()).toMatch(/unknown.*seen/s);
    await site.go(page, '/p/default/legacy');
    expect(
      await page
        .getByRole('main')
        .getByRole('link', { name: /Repair/ })
        .count(),
    ).toBe(0);
    await site.player.part('engine', 'up');
    await expect.poll(() => page.getByRole('main').getByText('down', { exact: true }).count(), soon).toBeGreaterThan(0);
  });

  // 23
  test('counts a rollback window down, and drops it at its end without being loaded again', async () => {
    const page = await site.open('/');
    const left = row(page, 'shop').getByRole('timer');
    const before = await left.textContent();
    await expect.poll(() => left.textContent(), soon).not.toBe(before);
    const shop = await site.world.database('shop');
    const checkpoint = (await site.world.store.readOpenCheckpoint(shop.id))!;
    await site.world.store.extendCheckpoint(checkpoint.id, new Date(Date.now() + 2000).toISOString());
    await expect.poll(() => left.textContent(), soon).toMatch(/^0:0\d$/);
    await site.world.store.closeCheckpoint(checkpoint.id);
    await expect.poll(() => row(page, 'shop').textContent(), soon).not.toContain('Roll back');
  });
});

test('a page has its colours before its script is there, those that were chosen for it', async () => {
  const page = await (await site.context({ theme: 'light' })).newPage();
  await page.addInitScript("localStorage.setItem('pgrow-theme', 'dark')");
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.goto('/');
  expect(await page.getByText('pgrow', { exact: true }).isVisible()).toBe(true);
  expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe('rgb(15, 19, 23)');
});

describe('a database', () => {
  // 24
  test('has one leader among its servers and one in etcd, and moves it when it dies', async () => {
    const page = await site.open('/p/sales/search');
    const leaders = page.locator('[data-leads]');
    await expect.poll(() => leaders.count(), soon).toBe(2);
    await expect.poll(() => pill(page), soon).toBe('live');
    const { before, after } = await site.player.killLeader('search');
    await expect.poll(() => page.locator(`[data-node="${after}"]`).getAttribute('data-leads'), soon).toBe('true');
    expect(await leaders.count()).toBe(2);
    const former = (await page.locator(`[data-node="${before}"]`).textContent()) ?? '';
    expect(former).toContain('joining');
    expect(former).not.toMatch(/failed|down/);
    const { body } = await site.world.ask('GET', '/v1/projects/sales/services/search/postgres/events');
    expect(body.events[0]).toMatchObject({ event_type: 'failover' });
    await site.player.rejoin('search', before);
  });

  test('shows what is kept of the stage before, and until when', async () => {
    await site.world.add({
      name: 'window',
      deeds: [
        { workflow: 'createDatabase', ago: 60 },
        { workflow: 'expand', input: { target: 'replicas' }, ago: 30.5 },
        { workflow: 'expand', input: { target: 'ha' }, ago: 3 },
      ],
    });
    const page = await site.open('/p/default/window');
    const kept = page.locator('[data-standing="kept"]');
    await expect.poll(() => kept.count(), soon).toBeGreaterThan(0);
    expect(await kept.first().textContent()).toMatch(/kept/);
  });

  // 26
  test('offers to rebuild its replicas, and not its leader', async () => {
    const page = await site.open('/p/default/catalog');
    const open = (name: string) => page.getByRole('button', { name: `Actions for ${name}` }).click();
    await open('postgres-2');
    await page.getByRole('menuitem', { name: /Rebuild/ }).waitFor();
    await page.keyboard.press('Escape');
    await open('postgres-1');
    await page.getByRole('menuitem', { name: 'Logs' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /Rebuild/ }).count()).toBe(0);
  });
});

describe('what is shown stays true', () => {
  // 20, 33
  test('when the API goes away: it is said, and what is shown stays; when it is back, it goes on where it was', async () => {
    const page = await site.open('/');
    await expect.poll(() => pill(page), soon).toBe('live');
    site.world.front.cut({ away: true });
    await expect.poll(() => pill(page), soon).toBe('reconnecting');
    expect(await page.getByRole('alert').textContent()).toContain('The API does not answer');
    expect((await names(page)).length).toBeGreaterThan(10);
    await site.player.look('sessions', { health: 'degraded', notices: ['pgbouncer-1 is not answering.'] });
    site.world.front.back();
    await expect.poll(() => pill(page), { timeout: 20_000 }).toBe('live');
    await expect.poll(() => row(page, 'sessions').textContent(), soon).toContain('degraded');
    await site.player.look('sessions', {});
  });

  // 21
  test('after an update of pgrow: an open tab loads the page that it goes to', async () => {
    const page = await site.open('/p/default/shop');
    await site.world.restart();
    await page.getByRole('navigation', { name: 'Pages of shop' }).getByRole('link', { name: 'Events' }).click();
    await shown(page);
    expect(page.url()).toMatch(/\/events$/);
  });
});

/** Every way to connect that the page offers, as it shows it; by `side endpoint snippet`. */
const shownStrings = (page: Page): Promise<Readonly<Record<string, string>>> =>
  page.evaluate(`(async () => {
    const main = document.querySelector('main');
    const drawn = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    const choose = async (value) => { main.querySelector('input[value=' + value + ']').click(); await drawn(); };
    const found = {};
    for (const side of ['host', 'network']) {
      await choose(side);
      for (const { value } of [...main.querySelectorAll('input[type=radio]:enabled')].slice(3)) {
        await choose(value);
        for (const tab of main.querySelectorAll('[role=tab]')) {
          tab.click();
          await drawn();
          found[side + ' ' + value + ' ' + tab.textContent] = main.querySelector('[role=tabpanel] pre').textContent;
        }
      }
    }
    return found;
  })()`);

describe('connecting', () => {
  // 27
  test('shows each string of the API in every form, its password only to who reveals it, which is on record', async () => {
    const path = '/v1/projects/default/services/shop/postgres/connection-strings';
    const { body } = await site.world.ask('GET', path);
    const page = await site.open('/p/default/shop/connect');
    const { password } = new URL(body.host.postgres);
    expect(JSON.stringify(await shownStrings(page))).not.toContain(password);
    expect(await page.content()).not.toContain(password);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('button', { name: 'Hide' }).waitFor();
    await expect.poll(() => page.locator('[role=tabpanel] pre').textContent()).toContain(password);
    const strings = await shownStrings(page);
    const there = (['host', 'network'] as const).flatMap((side) =>
      Object.entries<string | null>(body[side]).flatMap(([endpoint, url]) =>
        url === null ? [] : [{ side, endpoint, url }],
      ),
    );
    expect(there.length).toBeGreaterThan(8);
    expect(Object.keys(strings)).toHaveLength(there.length * 11);
    for (const { side, endpoint, url } of there) {
      const { host, hostname, port } = new URL(url.replace('postgresql:', 'http:'));
      const as = (snippet: string) => strings[`${side} ${endpoint} ${snippet}`];
      expect(as('URL')).toBe(url);
      for (const snippet of ['.env', 'Node pg', 'Python psycopg', 'Go pgx', 'Prisma'])
        expect(`${as(snippet)}\n`).toContain(`DATABASE_URL=${url}\n`);
      expect(as('SQLAlchemy')).toContain(url.replace('postgresql:', 'postgresql+psycopg:'));
      expect(as('Java JDBC')).toContain(`//${host}/`);
      expect(as('psql')).toContain(`-h ${hostname} -p ${port} `);
      expect(as('libpq keywords')).toContain(`host=${hostname} port=${port} `);
      expect(as('.NET Npgsql')).toContain(`Host=${hostname};Port=${port};`);
    }
    const { body: audit } = await site.world.ask('GET', '/v1/audit?limit=10');
    const actions = audit.entries.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action === 'connection_strings_revealed')).toHaveLength(1);
  });

  test('copies exactly what is shown, also where there is no clipboard for pages', async () => {
    const page = await site.open('/p/default/shop/connect?as=env');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate('window.clipboard = navigator.clipboard');
    const copied = async (snippet: string): Promise<void> => {
      await page.getByRole('tab', { name: snippet, exact: true }).click();
      await page.getByRole('button', { name: `Copy ${snippet}` }).click();
      await page.getByRole('status').getByText('Copied').waitFor();
      const text = await page.locator('[role=tabpanel] pre').textContent();
      await expect.poll(() => page.evaluate('window.clipboard.readText()')).toBe(text);
    };
    await copied('.env');
    await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
    await copied('Go pgx');
  });
});

describe('five hundred databases', () => {
  // 8
  test('are listed; a search narrows them, "/" goes to it, and back restores what was seen', async () => {
    await site.world.crowd(500 - (await site.world.store.listDatabases({})).length);
    const page = await site.open('/');
    expect((await names(page)).length).toBe(500);
    await page.keyboard.press('/');
    const search = page.getByRole('searchbox', { name: 'Search databases' });
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.keyboard.type('crowd-04');
    await expect.poll(() => names(page)).toHaveLength(10);
    await page.getByRole('link', { name: 'crowd-047', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'crowd-047' }).waitFor();
    await page.goBack();
    await expect.poll(() => names(page)).toHaveLength(10);
    expect(await search.inputValue()).toBe('crowd-04');
  });

  test('keep their place while one looks at another', async () => {
    const page = await site.open('/');
    await page.evaluate('window.scrollTo(0, 4000)');
    const link = page.getByRole('link', { name: 'crowd-100', exact: true });
    await link.scrollIntoViewIfNeeded();
    const before = await page.evaluate<number>('window.scrollY');
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'crowd-100' }).waitFor();
    await page.goBack();
    await expect.poll(() => page.evaluate<number>('Math.round(window.scrollY)'), soon).toBeCloseTo(before, -2);
  });
});
