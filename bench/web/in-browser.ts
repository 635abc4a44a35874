import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { playerOf } from '../../test/web/player.ts';
import type { World } from '../../test/web/world.ts';
import { percentilesOf } from '../percentiles.ts';
import { becoming, openProbe, type FirstView, type Probe } from './probe.ts';

const median = (values: readonly number[]): number => percentilesOf(values)?.p50 ?? Number.NaN;
const worst = (values: readonly number[]): number => Math.max(0, ...values);

/** A cold start each: nothing is stored in the browser. Medians of `times`; requests are the most of them. */
export const measureFirstView = async (
  browser: Browser,
  address: string,
  { times, throttle = 1 }: { readonly times: number; readonly throttle?: number },
): Promise<FirstView> => {
  const views: FirstView[] = [];
  for (let index = 0; index < times; index += 1) {
    const probe = await openProbe(browser, { address, throttle });
    await probe.page.goto('/');
    views.push(await probe.firstView());
    await probe.close();
  }
  return {
    paintMs: median(views.map(({ paintMs }) => paintMs)),
    interactiveMs: median(views.map(({ interactiveMs }) => interactiveMs)),
    requests: worst(views.map(({ requests }) => requests)),
  };
};

export interface ListInUse {
  /** Medians, in milliseconds. */
  readonly routeChangeMs: number;
  readonly keystrokeMs: number;
  readonly oneRowMs: number;
  readonly allRowsMs: number;
  readonly longestTaskMs: number;
  readonly interactionMs: number;
}

/** The list of five hundred, as a user works with it. */
export const measureListInUse = async (browser: Browser, world: World, throttle = 1): Promise<ListInUse> => {
  const probe = await openProbe(browser, { address: world.front.address, throttle });
  const { page } = probe;
  try {
    await page.goto('/');
    await probe.firstView();
    await page.locator('[data-connection=live]').waitFor();
    const keystrokes = await type(probe, world);
    const routes = await goToAndFro(probe);
    const rows = await changeOneRow(probe, world);
    const allRowsMs = await changeAllRows(probe, world);
    return {
      routeChangeMs: median(routes),
      keystrokeMs: median(keystrokes),
      oneRowMs: median(rows),
      allRowsMs,
      longestTaskMs: worst(await probe.longTasks()),
      interactionMs: percentile98(await probe.interactions()),
    };
  } finally {
    await probe.close();
  }
};

const percentile98 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.98) - 1] ?? 0;

/** Until all rows that the text in the box leaves are there, and painted: they may follow it a little later. */
const type = async ({ page, scripting }: Probe, world: World): Promise<number[]> => {
  const all = await world.store.listDatabases({});
  const times: number[] = [];
  const wanted = 'crowd-047';
  const texts = Array.from(wanted, (_, index) => wanted.slice(0, index + 1));
  const press = async (key: string, text: string): Promise<void> => {
    const left = all.filter(({ id, name, project }) => `${name} ${project}`.includes(text) || id.startsWith(text));
    const shown = page.evaluate(becoming(`document.querySelectorAll('main tbody tr').length === ${left.length}`));
    await page.keyboard.press(key);
    await shown;
    await page.evaluate('new Promise((done) => window.afterFrame(done))');
  };
  await page.getByRole('searchbox', { name: 'Search databases' }).focus();
  for (const text of texts) times.push(await scripting(() => press(text.at(-1)!, text)));
  for (const text of ['', ...texts].toReversed().slice(1)) times.push(await scripting(() => press('Backspace', text)));
  return times;
};

const names = ['crowd-011', 'crowd-012', 'crowd-013', 'crowd-014', 'crowd-015'] as const;

/** Each page has been seen before, so that only what is shown of it is asked again. */
const goToAndFro = async ({ routeChange }: Probe): Promise<number[]> => {
  const times: number[] = [];
  for (const round of ['cold', 'warm'])
    for (const name of names) {
      const ms = await routeChange(`main a[href="/p/default/${name}"]`, name);
      const backMs = await routeChange('header a[href="/"]', 'Databases');
      if (round === 'warm') times.push(ms, backMs);
    }
  return times;
};

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

const changeOneRow = async ({ page, scripting }: Probe, world: World): Promise<number[]> => {
  const player = playerOf(world);
  const times: number[] = [];
  await row(page, 'crowd-020').waitFor();
  await delay(1500);
  for (const notice of ['postgres-1 answers slowly.', 'postgres-1 is not streaming.', 'postgres-1 is full.']) {
    const change = async (): Promise<void> => {
      const shown = page.evaluate(
        becoming(
          `document.querySelector('a[href="/p/default/crowd-020"]').closest('tr').textContent.includes('${notice}')`,
        ),
      );
      await player.look('crowd-020', { health: 'degraded', notices: [notice] });
      await shown;
    };
    times.push(await scripting(change));
  }
  await player.look('crowd-020', {});
  return times;
};

/** While the stream is away everything changes, and comes at once when it is back. */
const changeAllRows = async ({ page, scripting }: Probe, world: World): Promise<number> => {
  const all = await world.store.listDatabases({});
  const notice = 'All answer slowly.';
  world.front.cut({ away: true });
  for (const { name } of all) world.looks.set(name, { health: 'degraded', notices: [notice] });
  await playerOf(world).observeAll();
  await page.locator('[data-connection=reconnecting]').waitFor();
  world.front.back();
  // Some of the others say what is going on in them instead.
  const shown = `[...document.querySelectorAll('main tbody tr')].every(({ textContent }) => !textContent.includes('crowd-') || textContent.includes('${notice}'))`;
  const ms = await scripting(() => page.evaluate(becoming(shown)));
  world.looks.clear();
  await playerOf(world).observeAll();
  return ms;
};

export interface HeapFigure {
  /** Bytes at the end of each quarter of the operation. */
  readonly quarters: readonly number[];
}

/** The page of an operation of 29 steps that takes so many minutes. */
export const measureHeap = async (browser: Browser, world: World, minutes: number): Promise<HeapFigure> => {
  const name = 'long-running';
  await world.add({
    name,
    deeds: [
      { workflow: 'createDatabase', ago: 90 },
      { workflow: 'expand', input: { target: 'replicas' }, ago: 60 },
    ],
  });
  playerOf(world).script(name, { msPerStep: (minutes * 60_000) / 29 });
  const path = `/v1/projects/default/services/${name}/postgres/ha`;
  const { body } = await world.ask('POST', path, { enabled: true });
  const probe = await openProbe(browser, { address: world.front.address });
  await probe.page.goto(`/p/default/${name}/operations/${body.operation_id}`);
  const quarters: number[] = [];
  for (let quarter = 0; quarter < 4; quarter += 1) {
    await delay((minutes * 60_000) / 4);
    quarters.push(await probe.heap());
  }
  await probe.close();
  return { quarters };
};
