import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { shown, useSite } from './browser.ts';

const site = useSite({ isEmpty: true });

const soon = { timeout: 20_000 };
const address = () => site.world.front.address;

/** One that can be expanded, and handed over. */
const newcomer = async (): Promise<string> => {
  const name = `db-${randomUUID().slice(0, 8)}`;
  await site.world.add({
    name,
    deeds: [
      { workflow: 'createDatabase', ago: 90 },
      { workflow: 'expand', input: { target: 'ha' }, ago: 60 },
    ],
  });
  return name;
};

const bar = (page: Page, part: string) => page.locator(`[data-down=${part}]`);
const start = (page: Page) => page.getByRole('dialog').locator('[data-part=start]');
/** Why the plan that is open cannot be started; null where it can. */
const refused = async (page: Page): Promise<string | null> => {
  await page.getByRole('dialog').locator('[aria-busy=false]').waitFor();
  const reason = page.getByRole('dialog').locator('[data-part=refused]');
  return (await reason.count()) === 0 ? null : reason.textContent();
};

/** Signed in, with both halves of a session. */
const signedIn = async (path: string): Promise<Page> => {
  const { body } = await site.world.ask('POST', '/v1/sessions/tickets', { role: 'operator' });
  const page = await site.open(`/signin#ticket=${body.ticket}&to=${path}`, { role: 'none' });
  await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
  await shown(page);
  return page;
};

describe('a part of the control plane that is away', () => {
  // 33
  test('is said with what follows from it, stops only what needs it, and is forgotten when it is back', async () => {
    const name = await newcomer();
    const page = await site.open(`/p/default/${name}?do=pooling&enabled=true`);
    expect(await refused(page)).toBeNull();
    const stops = 'No change can be started or signalled';
    await site.player.part('temporal', 'down');
    await expect.poll(() => bar(page, 'temporal').allTextContents(), soon).toEqual([expect.stringContaining(stops)]);
    expect(await refused(page)).toContain(stops);
    await site.player.part('temporal', 'up');
    await expect.poll(() => bar(page, 'temporal').count(), soon).toBe(0);
    expect(await refused(page)).toBeNull();
    // What does not stop a change.
    const says = {
      worker: 'Changes are accepted, but none is carried out.',
      monitor: 'Failover is left to Patroni alone',
      docker: 'No health can be seen; databases may well serve.',
    };
    for (const part of ['worker', 'monitor', 'engine'] as const) await site.player.part(part, 'down');
    for (const [part, text] of Object.entries(says))
      await expect.poll(() => bar(page, part).allTextContents(), soon).toEqual([expect.stringContaining(text)]);
    expect(await refused(page)).toBeNull();
    expect(await page.locator('h1').textContent()).toBe(name);
    for (const part of ['worker', 'monitor', 'engine'] as const) await site.player.part(part, 'up');
    await expect.poll(() => page.locator('[data-down]').count(), soon).toBe(0);
  });

  test('accepts without a worker what is carried out once there is one', async () => {
    const name = await newcomer();
    const page = await site.open(`/p/default/${name}?do=pooling&enabled=true`);
    await site.player.part('worker', 'down');
    await bar(page, 'worker').waitFor();
    expect(await refused(page)).toBeNull();
    await start(page).click();
    await page.waitForURL(/operations\//);
    await expect.poll(() => page.getByRole('main').textContent(), soon).toMatch(/waits for a worker/i);
    await site.player.part('worker', 'up');
    await page.locator('[data-result=done]').waitFor(soon);
  });

  test('is one node: its card says since when it does not answer, and no other changes', async () => {
    const name = await newcomer();
    const { topology } = await site.world.database(name);
    const silent = topology.nodes.find((node) => node.kind === 'postgres' && node.name !== topology.primary)!.name;
    // Times are those of the browser's zone: half past where it is the full hour in UTC.
    const page = await site.open(`/p/default/${name}`, { timezone: 'Asia/Kolkata' });
    const words = () =>
      page.evaluate<[string, string][]>(
        `[...document.querySelectorAll('[data-node]')].map((card) => [card.dataset.node, card.dataset.tone])`,
      );
    const before = new Map(await words());
    const answered_at = new Date(Date.now() - 90_000).toISOString();
    const unseen = { state: 'not answering', detail: null, lag_bytes: null, position: null } as const;
    await site.player.look(name, { health: 'degraded', nodes: { [silent]: { ...unseen, facts: { answered_at } } } });
    const card = page.locator(`[data-node="${silent}"]`);
    const there = new Date(Date.parse(answered_at) + 5.5 * 3_600_000).toISOString().slice(11, 16);
    await expect.poll(() => card.textContent(), soon).toContain(`no answer since ${there}`);
    expect((await words()).filter(([node, tone]) => before.get(node) !== tone)).toEqual([[silent, 'bad']]);
    await site.player.look(name, {});
    await expect.poll(() => card.textContent(), soon).not.toContain('no answer');
  });

  test('is the metadata: nothing can be read or changed, and what was not answered is asked again when it is back', async () => {
    const name = await newcomer();
    const page = await site.open(`/p/default/${name}?do=pooling&enabled=true`);
    await page.locator('[data-connection=live]').waitFor();
    expect(await refused(page)).toBeNull();
    await site.player.part('metadata', 'down');
    const { status, body } = await site.world.ask('GET', '/v1/databases');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'metadata_unavailable' });
    await expect
      .poll(() => bar(page, 'metadata').allTextContents(), soon)
      .toEqual([expect.stringMatching(/The metadata database does not answer.*Nothing can be read or changed/)]);
    expect(await refused(page)).toContain('The metadata database does not answer');
    // What is shown stays.
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-node]').count()).toBeGreaterThan(3);
    await page.getByRole('link', { name: 'Backups', exact: true }).click();
    const says = (of: Page) => of.getByRole('main').getByRole('alert');
    await expect.poll(() => says(page).textContent(), soon).toContain('The metadata database does not answer');
    const late = await (await site.context()).newPage();
    await late.goto('/');
    await expect.poll(() => says(late).textContent(), soon).toContain('The metadata database does not answer');
    await site.player.part('metadata', 'up');
    await expect.poll(() => page.locator('[data-down]').count(), soon).toBe(0);
    await page.getByRole('table', { name: `Snapshots of ${name}` }).waitFor(soon);
    await late.getByRole('link', { name, exact: true }).waitFor(soon);
    await expect.poll(() => late.getByRole('banner').textContent(), soon).toContain('admin');
  });

  test('is the session: a dialog says so over the page, which is the same after a sign-in', async () => {
    const name = await newcomer();
    const page = await signedIn(`/p/default/${name}/connect?from=network`);
    await page.locator('[data-connection=live]').waitFor();
    const view = await page.getByRole('main').textContent();
    await page.evaluate('window.isTheSame = true');
    await site.world.ask('DELETE', '/v1/sessions');
    site.world.front.cut();
    const dialog = page.getByRole('dialog', { name: 'Signed out' });
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('./pgrow web');
    await dialog.getByLabel('Or with a token').fill(site.world.tokens.operator);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('[data-connection=live]').waitFor();
    expect(await page.getByRole('main').textContent()).toBe(view);
    expect(page.url()).toContain(`/p/default/${name}/connect?from=network`);
    expect(await page.evaluate('window.isTheSame')).toBe(true);
  });
});

const others: Server[] = [];
afterEach(() => others.splice(0).forEach((server) => server.close()));

/** A page with a form, on another port of the same host. */
const elsewhere = async (): Promise<string> => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<form method="post" enctype="text/plain"></form>');
  });
  others.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

describe('half a session', () => {
  // 6
  test('is worth nothing, neither the cookie alone nor what the page keeps', async () => {
    const page = await signedIn('/');
    const ask = (options: string) => page.evaluate<number>(`fetch('/v1/me', ${options}).then(({ status }) => status)`);
    const header = `{ 'x-pgrow-session': localStorage.getItem('pgrow-session') }`;
    expect(await ask(`{ headers: ${header} }`)).toBe(200);
    expect(await ask('{}')).toBe(401);
    // Another context has not got the cookie.
    expect(await ask(`{ headers: ${header}, credentials: 'omit' }`)).toBe(401);
  });

  test('is all that a page on another port has: whatever it asks for is refused, and nothing is signalled', async () => {
    const name = await newcomer();
    const page = await signedIn('/');
    const evil = await page.context().newPage();
    await evil.goto(await elsewhere());
    const base = `${address()}/v1/projects/default/services/${name}/postgres`;
    const since = site.world.front.asked.length;
    for (const action of ['abort', 'confirm', 'scale-down', 'cutover'])
      await evil.evaluate(
        `fetch('${base}/${action}', { method: 'POST', credentials: 'include', body: '{"target":"single"}' }).catch(() => null)`,
      );
    await evil.evaluate(
      `fetch('${base}/abort', { method: 'POST', credentials: 'include', headers: { 'x-pgrow-session': 'a' } }).catch(() => null)`,
    );
    await evil.evaluate(`(() => { const [form] = document.forms; form.action = '${base}/abort'; form.submit(); })()`);
    const posts = () => site.world.front.asked.slice(since).filter(({ method }) => method === 'POST');
    // The one with a header of its own is not even sent.
    await expect.poll(() => posts().filter(({ status }) => status !== null).length, soon).toBe(5);
    for (const { status } of posts()) expect([401, 403]).toContain(status);
    // The browser did send its half: both ports are one site.
    expect(posts().every(({ headers }) => headers.cookie?.includes('pgrow_'))).toBe(true);
    const { id } = await site.world.database(name);
    expect(await site.world.store.readRunningOperation(id)).toBeNull();
  });
});
