import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useSite } from './browser.ts';
import type { Resident } from './residents.ts';
import type { Script } from './played-run.ts';

const site = useSite({ isEmpty: true });

const soon = { timeout: 15_000 };

/** One replica: from it to ha takes 29 steps. */
const newcomer = async (): Promise<string> => {
  const name = `db-${randomUUID().slice(0, 8)}`;
  const resident: Resident = {
    name,
    deeds: [
      { workflow: 'createDatabase', ago: 90 },
      { workflow: 'expand', input: { target: 'replicas' }, ago: 60 },
    ],
  };
  await site.world.add(resident);
  return name;
};

/** Starts an expansion to ha as a script would, and opens its page. */
const expand = async (
  script: Script,
  { options, view = {} }: { readonly options?: object; readonly view?: Parameters<typeof site.open>[1] } = {},
) => {
  const name = await newcomer();
  site.player.script(name, script);
  const base = `/v1/projects/default/services/${name}/postgres`;
  const { status, body } = await site.world.ask('POST', `${base}/ha`, { enabled: true, ...options });
  expect({ status, body }).toMatchObject({ status: 202 });
  const page = await site.open(`/p/default/${name}/operations/${body.operation_id}`, view);
  const read = async () => (await site.world.ask('GET', `${base}/operations/${body.operation_id}`)).body;
  return { name, page, read, id: String(body.operation_id) };
};

/** Each step's state, in the order of the page; also of those in phases that are folded. */
const states = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`[...document.querySelectorAll('[data-step]')].map(({ dataset }) => dataset.state)`);

/** Notes from now on every state that any step is in, and whether a bar ever went back. */
const watchSteps = (page: Page): Promise<void> =>
  page.evaluate(`(() => {
    window.seenStates = new Set();
    window.bars = {};
    window.barsWentBack = [];
    window.runAtOnce = 0;
    const look = () => {
      const rows = [...document.querySelectorAll('[data-step]')];
      for (const { dataset } of rows) window.seenStates.add(dataset.state);
      const running = rows.filter(({ dataset }) => dataset.state === 'running').length;
      window.runAtOnce = Math.max(window.runAtOnce, running);
      for (const bar of document.querySelectorAll('[data-step] progress')) {
        const name = bar.getAttribute('aria-label');
        if (bar.value < (window.bars[name] ?? 0)) window.barsWentBack.push(name);
        window.bars[name] = bar.value;
      }
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  })()`);

describe('an operation that runs', () => {
  // 17
  test('shows every step of its plan in every state, lanes beside each other, bars that only grow', async () => {
    const { name, page, read } = await expand({ msPerStep: 250 });
    await watchSteps(page);
    expect(await page.title()).toMatch(new RegExp(`^\\d+/29 ${name}`));
    await expect.poll(() => page.locator('[data-result=done]').count(), { timeout: 60_000 }).toBe(1);
    await expect.poll(() => states(page), soon).toEqual(Array.from({ length: 29 }, () => 'done'));
    const planned = (await read()).steps.map((step: { name: string }) => step.name);
    const shownNames = await page.evaluate(
      `[...document.querySelectorAll('[data-step]')].map((row) => [Number(row.dataset.step), row.textContent])`,
    );
    for (const [index, text] of shownNames as [number, string][]) expect(text).toContain(planned[index]);
    expect(await page.evaluate('[...window.seenStates].sort()')).toEqual(
      expect.arrayContaining(['done', 'pending', 'running']),
    );
    expect(await page.evaluate('window.runAtOnce')).toBeGreaterThan(1);
    expect(await page.evaluate('window.barsWentBack')).toEqual([]);
    expect(await page.evaluate('Object.keys(window.bars).length')).toBeGreaterThan(0);
  });

  test('has its lanes side by side, and one below the other on a phone', async () => {
    const { page } = await expand({ staysAt: [9, 11] });
    const lanes = page.getByRole('listitem', { name: 'At the same time' }).locator('ol:visible');
    await expect.poll(() => lanes.count(), soon).toBeGreaterThan(1);
    const tops = async () => (await lanes.all()).map(async (lane) => (await lane.boundingBox())!.y);
    const boxes = await Promise.all(await tops());
    expect(new Set(boxes).size).toBeLessThan(boxes.length);
    await page.setViewportSize({ width: 390, height: 844 });
    const stacked = await Promise.all(await tops());
    expect(new Set(stacked).size).toBe(stacked.length);
  });

  // 19
  test('that waits for its cut-over counts down by the clock of the server, and is released once', async () => {
    const { name, page, read } = await expand({}, { options: { cutover: 'on_signal', cutover_deadline: 3600 } });
    await page.getByRole('button', { name: 'Cut over now' }).waitFor();
    // The browser's clock is wrong by ten minutes.
    await page.clock.install({ time: Date.now() + 600_000 });
    await page.reload();
    const timer = page.getByRole('timer');
    await timer.waitFor();
    const { steps } = await read();
    const until = steps.find((step: { waiting_for: unknown }) => step.waiting_for)!.waiting_for.until;
    const left = Number(await timer.getAttribute('data-left'));
    expect(Math.abs(left - (Date.parse(until) - Date.now()) / 1000)).toBeLessThan(2.5);
    const asked = site.world.front.asked.length;
    await page.getByRole('button', { name: 'Cut over now' }).dblclick();
    await page.clock.runFor(5000);
    await expect.poll(async () => (await read()).status, soon).toBe('done');
    const posts = site.world.front.asked.slice(asked).filter(({ method }) => method === 'POST');
    expect(posts.map(({ url }) => url)).toEqual([`/v1/projects/default/services/${name}/postgres/cutover`]);
  });

  // 20
  test('goes on where it was after the stream was cut: no step is lost, none shown twice', async () => {
    const { page, read } = await expand({ msPerStep: 500 });
    const done = async () => (await states(page)).filter((state) => state === 'done').length;
    const atFirst = await done();
    // By the stream.
    await expect.poll(done, soon).toBeGreaterThan(atFirst + 1);
    site.world.front.cut({ away: true });
    await page.locator('[data-connection=reconnecting]').waitFor();
    site.world.front.back();
    await expect.poll(() => page.locator('[data-result=done]').count(), { timeout: 60_000 }).toBe(1);
    await expect
      .poll(() => states(page), soon)
      .toEqual((await read()).steps.map((step: { status: string }) => step.status));
  });

  // 20
  test('hears only what it has missed: it asks for what came after the last event', async () => {
    const { name, page, read } = await expand({ staysAt: [4] });
    await expect.poll(async () => (await states(page))[4], soon).toBe('running');
    await page.locator('[data-connection=live]').waitFor();
    const streams = () => site.world.front.asked.filter(({ url }) => url.startsWith('/v1/stream'));
    // Of each of its topics.
    const snapshots = () =>
      streams()
        .at(-1)!
        .said.match(/^event: snapshot$/gm);
    await expect.poll(snapshots, soon).toHaveLength(3);
    const before = streams().length;
    site.world.front.cut({ away: true });
    await page.locator('[data-connection=reconnecting]').waitFor();
    site.player.script(name, { staysAt: [9, 11] });
    const { id } = await site.world.database(name);
    const recorded = async () => (await site.world.store.readRunningOperation(id))?.steps[9]?.status;
    await expect.poll(recorded, soon).toBe('running');
    site.world.front.back();
    await page.locator('[data-connection=live]').waitFor(soon);
    await expect
      .poll(() => states(page), soon)
      .toEqual((await read()).steps.map((step: { status: string }) => step.status));
    const [back, ...more] = streams().slice(before);
    expect(more).toEqual([]);
    expect(back!.headers['last-event-id']).toBe(/.*^id: (\S+)$/ms.exec(streams()[before - 1]!.said)?.[1]);
    expect(back!.said).toContain('event: progress');
    expect(back!.said).not.toContain('event: snapshot');
  });

  // 18
  test('is read aloud at most once in five seconds, to its end', async () => {
    const { name, page } = await expand({ staysAt: [0] });
    // Its time passes only as the test lets it. What is said is drawn once that much has passed.
    const passesMs = 250;
    await page.clock.install();
    await page.reload();
    await page.locator('[data-step]').first().waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.evaluate(`(() => {
      window.said = [];
      for (const region of document.querySelectorAll('[aria-live], [role=status], [role=log], [role=alert], output'))
        new MutationObserver(() => region.textContent && window.said.push([performance.now(), region.textContent]))
          .observe(region, { subtree: true, childList: true, characterData: true });
    })()`);
    site.player.script(name, { msPerStep: 60 });
    while ((await page.locator('[data-result=done]').count()) === 0) await page.clock.runFor(passesMs);
    await page.clock.runFor(5000);
    const said = await page.evaluate<[number, string][]>('window.said');
    expect(said.length).toBeGreaterThan(3);
    const gaps = said.slice(1).map(([at], index) => at - said[index]![0]);
    expect(gaps.filter((gap) => gap < 5000 - passesMs)).toEqual([]);
    expect(said.at(-1)![1]).toContain('done');
  });
});

describe('an operation that ended badly', () => {
  // 22
  test('and was rolled back shows its steps undone, its cause inside its step, and that all is as before', async () => {
    const { page } = await expand({
      failsAt: 14,
      error: { message: 'postgres-5 does not stream: the disk of its volume is full.' },
    });
    await page.locator('[data-result=rolled_back]').waitFor();
    expect(await page.getByRole('region', { name: 'Result' }).textContent()).toMatch(/as it was before|as before/);
    const step = page.locator('[data-step="14"]');
    expect(await step.getAttribute('data-state')).toBe('failed');
    expect(await step.textContent()).toContain('the disk of its volume is full');
    expect((await states(page)).filter((state) => state === 'undone').length).toBeGreaterThan(5);
  });

  test('and needs an operator shows each left-over with its command, and continues with the same request', async () => {
    const { name, page, read } = await expand({
      failsAt: 12,
      error: { left_over: [{ what: 'volume postgres-4', command: 'docker volume rm pgrow-postgres-4' }] },
    });
    await page.locator('[data-result=needs_operator]').waitFor();
    const leftOver = page.getByRole('list', { name: 'Left over' });
    expect(await leftOver.textContent()).toContain('docker volume rm pgrow-postgres-4');
    expect(await leftOver.getByRole('button', { name: /^Copy/ }).count()).toBe(1);
    const href = await page.getByRole('link', { name: 'Continue …' }).getAttribute('href');
    const search = new URLSearchParams(href!.split('?')[1]);
    expect(href).toContain(`/p/default/${name}?do=`);
    const { request } = await read();
    expect(request.route).toContain(search.get('do') ?? 'nothing');
  });

  test('and was aborted says so', async () => {
    const { page } = await expand({ staysAt: [4] });
    await page.getByRole('button', { name: 'Abort', exact: true }).click();
    await page.getByRole('button', { name: 'Abort it' }).click();
    await page.locator('[data-result=aborted]').waitFor();
    expect(await page.getByRole('button', { name: 'Abort', exact: true }).count()).toBe(0);
  });
});
