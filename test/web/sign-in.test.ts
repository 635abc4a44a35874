import { describe, expect, test } from 'vitest';
import { useSite } from './browser.ts';
import { foreignName } from './launch-browser.ts';

const site = useSite();

const soon = { timeout: 15_000 };

const takeTicket = async (role = 'operator'): Promise<string> => {
  const { body } = await site.world.ask('POST', '/v1/sessions/tickets', { role });
  return String(body.ticket);
};

describe('signing in', () => {
  // 4
  test('by a link leaves no ticket in the address, and is not possible a second time', async () => {
    const ticket = await takeTicket();
    const context = await site.context({ role: 'none' });
    const page = await context.newPage();
    await page.goto(`/signin#ticket=${ticket}&to=/p/default/shop`);
    await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
    expect(page.url()).not.toContain(ticket);
    await page.getByRole('banner').getByText('operator').waitFor();
    const other = await (await site.context({ role: 'none' })).newPage();
    await other.goto(`/signin#ticket=${ticket}`);
    await other.getByRole('alert').waitFor();
    expect(other.url()).not.toContain(ticket);
    expect(await other.getByRole('main').textContent()).toContain('./pgrow web');
  });

  test('by a token, at the page that one came for', async () => {
    const page = await site.open('/p/default/catalog', { role: 'none' });
    await page.getByLabel('Or with a token').fill(site.world.tokens.viewer);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'catalog' }).waitFor();
    // Who one is comes with an answer of its own.
    await expect.poll(() => page.getByRole('banner').textContent(), soon).toContain('viewer');
  });

  // 5
  test('is for this page alone: none of another origin can show it in a frame', async () => {
    const page = await (await site.context()).newPage();
    await page.route('http://localhost:1/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${site.world.front.address}/"></iframe>` }),
    );
    await page.goto('http://localhost:1/');
    const frame = page.frames()[1]!;
    expect(await frame.locator('#root').count()).toBe(0);
  });
});

describe('another name for this machine', () => {
  // 5. A page on the web has its own name resolve to the loopback address: its scripts are of one origin with what answers there.
  test('is not answered, whatever is asked, and with whichever token', async () => {
    const page = await (await site.context()).newPage();
    const elsewhere = `http://${foreignName}:${site.world.front.port}`;
    const asked = site.world.front.asked.length;
    expect((await page.goto(`${elsewhere}/`))?.status()).toBe(421);
    expect(await page.textContent('body')).toContain(`This is not ${foreignName}`);
    const statusOf = (path: string, options: string) =>
      page.evaluate<number>(`fetch('${path}', ${options}).then(({ status }) => status)`);
    for (const path of [
      '/',
      '/v1/status',
      '/v1/stream?topics=system',
      '/openapi.json',
      '/healthz',
      '/assets/none.js',
    ]) {
      expect({ path, status: await statusOf(path, '{}') }).toEqual({ path, status: 421 });
      const headers = JSON.stringify({ headers: { authorization: `Bearer ${site.world.tokens.admin}` } });
      expect({ path, status: await statusOf(path, headers) }).toEqual({ path, status: 421 });
    }
    const create = JSON.stringify({
      method: 'POST',
      body: '{"name":"evil"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await statusOf('/v1/projects/default/services', create)).toBe(421);
    // It did come here.
    expect(site.world.front.asked.length - asked).toBeGreaterThanOrEqual(14);
  });
});

describe('many tabs', () => {
  // 30
  test('of one browser are all kept up to date by one stream', async () => {
    const context = await site.context();
    const pages = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
    for (const page of pages) await site.go(page, '/');
    await expect.poll(() => site.world.front.streams(), soon).toBe(1);
    await site.player.look('sandbox', { health: 'degraded', notices: ['postgres-1 answers slowly.'] });
    for (const page of pages) await page.getByText('postgres-1 answers slowly.').waitFor();
    expect(site.world.front.streams()).toBe(1);
    const eighth = await context.newPage();
    await site.go(eighth, '/p/default/shop');
    await eighth.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
  });
});
