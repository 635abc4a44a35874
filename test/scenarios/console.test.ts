import { randomBytes } from 'node:crypto';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { manageDatabase, type ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';
import { noteFaults, shown } from '../web/browser.ts';
import { launchBrowser } from '../web/launch-browser.ts';

/** The life of one database in a browser, as its users see it: each test goes on where the one before has left the page. */

const plane = useControlPlane();
const name = `web-${randomBytes(2).toString('hex')}`;
const faults: string[] = [];

/** Milliseconds. Each waits for a container, or for an operation on a busy machine. */
const patient = { timeout: 60_000 };
const operationTime = { timeout: 400_000 };

let browser: Browser;
let page: Page;
let shop: ManagedDatabase;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(patient.timeout);
});
afterAll(() => browser?.close());

/** What asks for an answer. Sentences at the edge of the screen have the same role. */
const sheet = (): Locator => page.locator('[role=dialog]:not([aria-modal=false])');
const main = (): Locator => page.getByRole('main');
const goTo = (tab: string): Promise<void> =>
  page
    .getByRole('navigation', { name: `Pages of ${name}` })
    .getByRole('link', { name: tab, exact: true })
    .click();

/** Once the plan of the options in the sheet is there. */
const startWith = async (button: string): Promise<void> => {
  await sheet().locator('[aria-busy=false]').waitFor();
  await sheet().getByRole('button', { name: button, exact: true }).click();
};

/** Waits for the end of the operation whose page is shown, and expects it to be a good one. */
const expectDone = async (): Promise<Locator> => {
  const result = main().getByRole('region', { name: 'Result' });
  await result.waitFor(operationTime);
  expect({ result: await result.getAttribute('data-result'), text: await result.textContent() }).toMatchObject({
    result: 'done',
  });
  return result;
};

const statesOfSteps = (): Promise<readonly string[]> =>
  page.locator('[data-step]').evaluateAll((steps) => steps.map((step) => step.getAttribute('data-state') ?? ''));

const leaderShown = (): Promise<string | null> =>
  main().locator('[data-node^=postgres-][data-leads]').getAttribute('data-node');

describe('the console', () => {
  test('signs in by the link of ./pgrow web, which leaves no ticket behind', async () => {
    const { exitCode, stdout } = await plane.run('web', '--print');
    expect(exitCode).toBe(0);
    const link = stdout.trim();
    noteFaults(page, new URL(link).origin, faults);
    await page.goto(link);
    await page.getByRole('link', { name: 'New database' }).first().waitFor();
    expect(page.url()).toBe(`${new URL(link).origin}/`);
  });

  test('makes a database', async () => {
    await page.getByRole('link', { name: 'New database' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByText(/per month · ready in/).waitFor();
    await page.getByRole('button', { name: 'Preview the plan' }).click();
    await startWith('Create it');
    expect(await (await expectDone()).textContent()).toContain('Addedfront and postgres-1');
    shop = manageDatabase(plane, name);
    await expectDatabase(shop).toTakeWritesThrough('postgres');
    await keepData(shop);
  });

  test('grows it to high availability with pooling while clients write, and shows what they felt', async () => {
    await goTo('Scale');
    await page.getByRole('link', { name: 'Preview High availability' }).click();
    await sheet().getByLabel('Together with pooling').check();
    await sheet().getByRole('region', { name: 'Nodes' }).filter({ hasText: 'pgbouncer-1' }).waitFor();
    const planned = await sheet().locator('[data-step]').count();
    // Before there is a pooler sessions go straight to the server, which is another one in the end.
    await withWorkload(shop, { mayFail: 'one reset per client' }, async (workload) => {
      await startWith('Expand now');
      const result = await expectDone();
      expect(await result.textContent()).toContain('can be rolled back until');
      await workload.followBestEndpoint();
    });
    expect(await statesOfSteps()).toEqual(Array.from({ length: planned }, () => 'done'));
    const picture = main().getByRole('figure');
    expect(await picture.textContent()).toMatch(/Clients waited .* for: /);
    await picture.getByText('As a table').click();
    await picture.getByRole('rowheader', { name: 'promotion' }).waitFor();
    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toHaveNodes({ postgres: 3, pgbouncer: 1, haproxy: 3, etcd: 3 });
    await expectDatabase(shop).toHoldItsData();
  });

  test('keeps it so, after which there is no way back', async () => {
    const window = page.getByRole('region', { name: 'Rollback window' });
    await window.getByRole('button', { name: 'Keep it' }).click();
    await sheet().getByRole('button', { name: 'Keep it' }).click();
    await window.waitFor({ state: 'detached' });
    await main().getByText('it cannot be rolled back any longer').waitFor();
    expect(await shop.status()).toMatchObject({ stage: 3, checkpoint: null });
  });

  test('moves writes to the node that is chosen, and no transaction fails', async () => {
    await goTo('Overview');
    const before = await leaderShown();
    await main()
      .getByRole('button', { name: /Switch over/ })
      .click();
    const chosen = page.getByRole('menuitem').filter({ hasText: 'behind' }).last();
    await chosen.click();
    await sheet().waitFor();
    const after = new URL(page.url()).searchParams.get('target_node')!;
    expect(after).not.toBe(before);
    await withWorkload(shop, { through: 'pooled' }, async () => {
      await startWith('Switch over now');
      await expectDone();
    });
    expect(await main().getByRole('figure').textContent()).toMatch(/Clients waited/);
    await expectDatabase(shop).toHavePrimary(after);
    await expectDatabase(shop).toHoldItsData();
    await goTo('Overview');
    await expect.poll(leaderShown, patient).toBe(after);
    await main().getByRole('heading', { name: 'Last hand-over' }).waitFor();
  });

  test('destroys it once its name is typed, and nothing is left', async () => {
    await page.getByRole('button', { name: `More actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: /^Destroy/ }).click();
    await sheet().locator('[aria-busy=false]').waitFor();
    for (const box of await sheet().getByRole('checkbox').all()) await box.check();
    await sheet().getByLabel(`Type ${name} to destroy it`).fill(name);
    await startWith('Destroy it for good');
    await page.getByRole('link', { name: 'Show the operation' }).click();
    await expectDone();
    await expectDatabase(shop).toBeGone();
    await page.getByRole('link', { name: 'pgrow', exact: true }).click();
    await shown(page);
    await expect.poll(() => main().getByRole('link', { name, exact: true }).count(), patient).toBe(0);
  });

  test('had no error, broke no rule of its policy, and asked no other server', () => {
    expect(faults).toEqual([]);
  });
});
