import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useSite } from './browser.ts';
import type { Deed } from './residents.ts';

const site = useSite({ isEmpty: true });

const soon = { timeout: 15_000 };

const steps = {
  single: [],
  pooling: [{ workflow: 'expand', input: { target: 'pooling' }, ago: 80 }],
  replicas: [{ workflow: 'expand', input: { target: 'replicas' }, ago: 70 }],
  pooledReplicas: [
    { workflow: 'expand', input: { target: 'pooling' }, ago: 80 },
    { workflow: 'expand', input: { target: 'replicas', replicas: { count: 2 } }, ago: 70 },
  ],
  ha: [{ workflow: 'expand', input: { target: 'ha' }, ago: 60 }],
  pooledHa: [
    { workflow: 'expand', input: { target: 'pooling' }, ago: 80 },
    { workflow: 'expand', input: { target: 'ha' }, ago: 60 },
  ],
} as const satisfies Record<string, readonly Deed[]>;

/** A database at a stage; its name. */
const newcomer = async (stage: keyof typeof steps): Promise<string> => {
  const name = `db-${randomUUID().slice(0, 8)}`;
  await site.world.add({ name, deeds: [{ workflow: 'createDatabase', ago: 90 }, ...steps[stage]] });
  return name;
};

const pathOf = (name: string, rest: string): string => `/v1/projects/default/services/${name}/postgres/${rest}`;
const sheet = (page: Page) => page.getByRole('dialog');
const start = (page: Page) => sheet(page).locator('[data-part=start]');
/** The plan is there, and is that of the options in the form. */
const planned = (page: Page) => sheet(page).locator('[aria-busy=false]').waitFor();
/** What changes something; a dry run does not. */
const writes = (since: number) =>
  site.world.front.asked
    .slice(since)
    .filter(({ method, url }) => method !== 'GET' && method !== 'HEAD' && !url.includes('dry_run=true'));

describe('the ladder', () => {
  // 11
  test.each(Object.keys(steps) as (keyof typeof steps)[])(
    'of a database at "%s" has the rungs, costs and refusals of the API, and marks the present one',
    async (stage) => {
      const name = await newcomer(stage);
      const page = await site.open(`/p/default/${name}/scale`);
      const { body: ladder } = await site.world.ask('GET', pathOf(name, 'ladder'));
      const present = page.locator('[aria-current=step]');
      expect(await present.count()).toBe(1);
      for (const rung of ladder.rungs) {
        const card = page.locator(`[data-stage="${rung.stage}"]`);
        const text = (await card.textContent()) ?? '';
        if (rung.direction === 'present') expect(text).toContain('you are here');
        else if (rung.plan) expect(text).toContain(`$${rung.plan.cost_after.monthly_usd}`);
        else expect(text).toContain(rung.refused.message);
      }
    },
  );
});

describe('a plan', () => {
  // 12, 13
  test('shows all that the API says of it, and touches nothing', async () => {
    const name = await newcomer('pooledReplicas');
    const since = site.world.front.asked.length;
    const page = await site.open(`/p/default/${name}/scale`);
    await page.getByRole('link', { name: /Preview High availability/ }).click();
    await planned(page);
    const { body } = await site.world.ask('POST', `${pathOf(name, 'ha')}?dry_run=true`, { enabled: true });
    const plan = body.operation;
    const text = (await sheet(page).textContent()) ?? '';
    for (const step of plan.steps) expect(text).toContain(step.name);
    for (const warning of plan.warnings) expect(text).toContain(warning);
    for (const cost of [plan.cost_before, plan.cost_after]) expect(text).toContain(`$${cost.monthly_usd}`);
    const cutOver = plan.steps.findIndex((step: { cut_over: boolean }) => step.cut_over);
    expect(await sheet(page).locator(`[data-step="${cutOver}"]`).textContent()).toContain('◆');
    expect(await sheet(page).getByText('◆ point of no return').count()).toBe(1);
    expect(writes(since)).toEqual([]);
  });

  // 13
  test('that loses something starts only when that has been ticked', async () => {
    const name = await newcomer('pooledReplicas');
    const page = await site.open(`/p/default/${name}/scale?do=scale-down&target=single`);
    await planned(page);
    const boxes = sheet(page).getByRole('group', { name: 'To be confirmed' }).getByRole('checkbox');
    expect(await boxes.count()).toBeGreaterThan(0);
    expect(await start(page).getAttribute('aria-disabled')).toBe('true');
    for (const box of await boxes.all()) await box.check();
    expect(await start(page).getAttribute('aria-disabled')).toBeNull();
  });

  // 14
  test('that is another one by now is shown again, with what is different, and has started nothing', async () => {
    const name = await newcomer('replicas');
    const page = await site.open(`/p/default/${name}/scale?do=ha&enabled=true`);
    await planned(page);
    // As if something had changed what the plan reckons with.
    Object.assign(site.world.holds, { unlogged: { count: 2, names: ['public.cart'] } });
    const since = site.world.front.asked.length;
    await start(page).click();
    await sheet(page).locator('[data-part=plan-changed]').waitFor();
    expect(await sheet(page).locator('[data-difference]').count()).toBeGreaterThan(0);
    expect(writes(since)).toHaveLength(1);
    const { id } = await site.world.database(name);
    expect(await site.world.store.readRunningOperation(id)).toBeNull();
    // It starts when that has been seen, and the button pressed once more.
    await planned(page);
    for (const box of await sheet(page).getByRole('checkbox').all()) if (await box.isVisible()) await box.check();
    await start(page).click();
    await page.locator('[data-operation]').waitFor();
    expect(writes(since)).toHaveLength(2);
    Object.assign(site.world.holds, { unlogged: { count: 0, names: [] } });
  });

  // 15
  test('that is started twice by a hasty hand is one operation', async () => {
    const name = await newcomer('single');
    const page = await site.open(`/p/default/${name}/scale?do=pooling&enabled=true`);
    await planned(page);
    const since = site.world.front.asked.length;
    await start(page).dblclick();
    await page.locator('[data-operation]').waitFor();
    const keys = new Set(writes(since).map(({ headers }) => headers['idempotency-key']));
    expect(keys.size).toBe(1);
    const { id } = await site.world.database(name);
    expect((await site.world.store.listOperations(id)).filter(({ type }) => type !== 'create')).toHaveLength(1);
  });

  // 16
  test('says two wrong options at their two fields, and leads to the first', async () => {
    const name = await newcomer('single');
    const page = await site.open(`/p/default/${name}/scale?do=ha&enabled=true&failover_time=1&checkpoint_timeout=5`);
    const wrong = sheet(page).locator('[aria-invalid=true]');
    await expect.poll(() => wrong.count(), soon).toBe(2);
    for (const field of await wrong.all()) {
      const described = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
      const texts = await Promise.all(described.map((each) => page.locator(`[id="${each}"]`).textContent()));
      expect(texts.join(' ')).toMatch(/Allowed/);
    }
    expect(await page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true');
  });

  // 32
  test('is the same one for whom a link with its options was sent', async () => {
    const name = await newcomer('replicas');
    const link = `/p/default/${name}/scale?do=ha&enabled=true&failover_time=10`;
    const page = await site.open(link);
    await planned(page);
    const stepsOf = (of: Page) => sheet(of).locator('[data-step]').allTextContents();
    await expect.poll(() => stepsOf(page), soon).toHaveLength(29);
    const other = await site.open(link, { width: 'phone' });
    await expect.poll(() => stepsOf(other), soon).toEqual(await stepsOf(page));
  });

  // 7
  test('is there for a viewer too, with nothing that starts it', async () => {
    const name = await newcomer('replicas');
    const since = site.world.front.asked.length;
    const page = await site.open(`/p/default/${name}/scale?do=ha&enabled=true`, { role: 'viewer' });
    await planned(page);
    expect(await start(page).getAttribute('aria-disabled')).toBe('true');
    expect(await sheet(page).locator('[data-part=refused]').textContent()).toContain('operator');
    await start(page).click({ force: true });
    expect(writes(since)).toEqual([]);
  });
});

describe('switching over', () => {
  // 25
  test('offers every candidate, those that cannot lead with the reason of the API, and asks for the chosen one', async () => {
    const name = await newcomer('pooledHa');
    const { topology } = await site.world.database(name);
    const behind = topology.nodes.filter(
      ({ kind, name: each }) => kind === 'postgres' && each !== topology.primary,
    )[1]!;
    await site.player.look(name, {
      nodes: { [behind.name]: { state: 'not answering', lag_bytes: 48 * 1024 * 1024, position: null } },
    });
    const { body } = await site.world.ask('GET', pathOf(name, 'candidates'));
    const page = await site.open(`/p/default/${name}`);
    await page.getByRole('button', { name: /Switch over/ }).click();
    const items = page.getByRole('menuitem');
    await expect.poll(() => items.count(), soon).toBe(body.candidates.length);
    for (const candidate of body.candidates as { name: string; fit: boolean; reason: string | null }[]) {
      const item = items.filter({ hasText: candidate.name });
      expect((await item.getAttribute('aria-disabled')) === 'true').toBe(!candidate.fit);
      if (candidate.reason !== null) expect(await item.textContent()).toContain(candidate.reason);
    }
    const fit = body.candidates.find((each: { fit: boolean }) => each.fit);
    await items.filter({ hasText: fit.name }).click();
    await planned(page);
    const since = site.world.front.asked.length;
    await start(page).click();
    await page.locator('[data-operation]').waitFor();
    expect(JSON.parse(writes(since)[0]!.body)).toMatchObject({ target_node: fit.name });
  });
});

describe('keeping what an expansion has made', () => {
  // 23
  test('asks once, and names what goes', async () => {
    const name = `db-${randomUUID().slice(0, 8)}`;
    const deeds = [
      { workflow: 'createDatabase', ago: 90 },
      { workflow: 'expand', input: { target: 'ha' }, ago: 3 },
    ];
    await site.world.add({ name, deeds });
    const page = await site.open(`/p/default/${name}`);
    const since = site.world.front.asked.length;
    const region = page.getByRole('region', { name: 'Rollback window' });
    await region.getByRole('button', { name: 'Keep it' }).click();
    const question = page.getByRole('dialog', { name: 'Keep it as it is?' });
    for (const { name: node } of (await site.world.database(name)).topology.kept)
      expect(await question.textContent()).toContain(node);
    expect(writes(since)).toEqual([]);
    await question.getByRole('button', { name: 'Keep it' }).click();
    await region.waitFor({ state: 'detached' });
    expect(writes(since)).toMatchObject([{ method: 'POST', url: pathOf(name, 'confirm') }]);
  });
});

describe('destroying', () => {
  // 28
  test('takes the exact name, and leads to the list, which names the operation', async () => {
    const name = await newcomer('single');
    const page = await site.open(`/p/default/${name}?do=destroy`);
    await planned(page);
    const field = sheet(page).getByLabel(`Type ${name} to destroy it`);
    const isDead = async () => (await start(page).getAttribute('aria-disabled')) === 'true';
    for (const box of await sheet(page).getByRole('checkbox').all()) await box.check();
    for (const wrong of ['', name.slice(0, -1), name.toUpperCase(), `${name} `]) {
      await field.fill(wrong);
      expect({ wrong, isDead: await isDead() }).toEqual({ wrong, isDead: true });
    }
    await field.fill(name);
    expect(await isDead()).toBe(false);
    const since = site.world.front.asked.length;
    await start(page).click();
    // It stays for some seconds only.
    await page.getByRole('link', { name: 'Show the operation' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(writes(since)).toMatchObject([{ method: 'DELETE', url: expect.stringContaining(`confirm=${name}`) }]);
  });
});
