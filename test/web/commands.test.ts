import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { planDigest } from '../../src/planning/plan-digest.ts';
import { inHome } from '../support/in-home.ts';
import { runCli } from '../support/run-cli.ts';
import { useSite } from './browser.ts';

const site = useSite();

/** A plan of each kind, with options; of a database of the world. */
const plans = {
  pooling: '/p/default/sandbox/scale?do=pooling&enabled=true&pool_mode=session&default_pool_size=12',
  replicas: '/p/default/sandbox/scale?do=replicas&count=2&replication_mode=sync&checkpoint_timeout=600',
  ha: '/p/default/catalog/scale?do=ha&enabled=true&failover_time=10&pooling={"max_client_connections":50}',
  'scale-down': '/p/default/shop/scale?do=scale-down&target=replicas&replicas={"count":2}',
  change: '/p/default/catalog/settings?do=change&cpus=4&storage=50GiB&settings={"work_mem":"16MB"}',
  switchover: '/p/default/shop?do=switchover&target_node=postgres-4&on_obstacle=wait&patience=120',
  failover: '/p/default/shop?do=failover',
  reinitialize: '/p/default/shop?do=reinitialize&node=postgres-4',
  repair: '/p/default/legacy?do=repair',
  rollback: '/p/default/shop?do=rollback',
  snapshots: '/p/default/shop/backups?do=snapshots',
  stop: '/p/default/sessions?do=stop',
  start: '/p/default/staging?do=start',
  restore: '/p/default/shop/backups?do=restore&snapshot=SNAPSHOT&name=again&memory=2GiB',
  create: '/new?do=create&name=fresh&postgres_major=18',
  destroy: '/p/default/sandbox?do=destroy',
} as const;

/** As a shell takes it apart. */
const wordsOf = (command: string): readonly string[] =>
  execFileSync('sh', ['-c', String.raw`printf '%s\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

/** What the sheet offers to copy. */
const shownCommands = async (page: Page): Promise<{ readonly command: string; readonly curl: string }> => {
  const sheet = page.getByRole('dialog');
  await sheet.locator('[aria-busy=false]').waitFor();
  await sheet.getByText('As a command').click();
  const [command = '', curl = ''] = await sheet.locator('details[open] pre').allTextContents();
  return { command, curl };
};

const api = () => ({ token: site.world.tokens.admin, port: site.world.front.port });

/** The document that `./pgrow WORDS --json` prints, run in this process. */
const printed = async (words: readonly string[]) => {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  try {
    await inHome(api(), () => createProgram().parseAsync([...words, '--json'], { from: 'user' }));
  } finally {
    write.mockRestore();
    process.exitCode = undefined;
  }
  return JSON.parse(text);
};

/** The request of a `curl` call. */
const requestOf = (curl: string) => {
  const words = wordsOf(curl);
  const after = (flag: string) => words[words.indexOf(flag) + 1]!;
  const digest = /If-Match: "(\w+)"/.exec(curl)?.[1];
  return words.includes('--json')
    ? { method: 'POST' as const, url: words.at(-1)!, body: JSON.parse(after('--json')) as object, digest }
    : { method: after('-X') as 'DELETE', url: words.at(-1)!, digest };
};

test('every kind of change has a plan here', async () => {
  // By its address: it is made for browsers, and its types are.
  const { href } = new URL('../../web/src/data/changes.ts', import.meta.url);
  const { changeKinds } = (await import(href)) as { readonly changeKinds: object };
  expect(Object.keys(plans).toSorted()).toEqual(Object.keys(changeKinds).toSorted());
});

// 34
test.each(Object.keys(plans) as (keyof typeof plans)[])(
  'the commands of a plan of "%s" ask for the same plan',
  async (kind) => {
    const shop = await site.world.database('shop');
    const [snapshot] = await site.world.store.listSnapshots(shop.id);
    const page = await site.open(plans[kind].replace('SNAPSHOT', snapshot!.id));
    const { command, curl } = await shownCommands(page);
    const { method, url, body, digest } = requestOf(curl);
    const { pathname, search, origin } = new URL(url);
    expect(origin).toBe(site.world.front.address);
    const planned = await site.world.ask(method, `${pathname}${search}${search ? '&' : '?'}dry_run=true`, body);
    expect(planned.body.operation).toMatchObject({ digest });
    const [program, ...words] = wordsOf(command);
    expect(program).toBe('./pgrow');
    if (kind !== 'create' && kind !== 'destroy') {
      expect((await printed([...words, '--dry-run'])).operation).toMatchObject({ digest });
      return;
    }
    // These verbs have no dry run.
    const { id, service_id } = (await printed([...words, '--detach'])).operation;
    const plan = await site.world.store.readPlan(id);
    expect(planDigest(plan!, { operation_id: id, service_id })).toBe(digest);
  },
);

test('the command stands in a shell as it is shown', async () => {
  const page = await site.open(plans.ha);
  const { command, curl } = await shownCommands(page);
  const words = [...wordsOf(command).slice(1), '--dry-run', '--json'];
  const { stdout, stderr } = await inHome(api(), () => runCli(process.env as Record<string, string>, words));
  expect({ stderr, stdout }).toEqual({ stderr: '', stdout: expect.stringContaining(requestOf(curl).digest!) });
});
