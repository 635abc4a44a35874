// @vitest-environment node
import { expect, test } from 'vitest';
import { askedByCommand } from '../../../test/support/asked-by-command.ts';
import { changeKinds, type Change } from '../data/changes.ts';
import { commandLine, curlCommand } from './command.ts';

const change = (kind: Change['kind'], body: Change['body'] = {}, line = ''): [Change, string] => [{ kind, body }, line];
const operation = { checkpoint_timeout: 600, patience: 120 };
const waiting = { cutover: 'on_signal', cutover_deadline: 7200 };

test.each([
  change('pooling', {}, 'pooling shop'),
  change('pooling', { pool_mode: 'session', default_pool_size: 10, max_client_connections: 50, ...operation }),
  change(
    'pooling',
    { reserve_pool_size: 0, ...waiting },
    'expand shop --to pooling --reserve-pool-size 0 --cutover on_signal --cutover-deadline 7200',
  ),
  change('pooling', { enabled: false, grace_period: 60, ...operation }),
  change('replicas', {}, 'expand shop --to replicas'),
  change('replicas', { count: 3, ...operation }, 'replicas shop 3 --checkpoint-timeout 600 --patience 120'),
  change('replicas', { count: 0 }),
  change('replicas', {
    count: 2,
    replication_mode: 'sync',
    load_balancing: 'least_connections',
    ...operation,
    ...waiting,
  }),
  change('replicas', { enable_haproxy: false, pooling: { pool_mode: 'session' } }),
  change('ha', { pooling: {} }, 'expand shop --to ha --with-pooling'),
  change('ha', {
    failover_time: 10,
    sync_mode: 'sync_one',
    auto_failback: true,
    maximum_lag_on_failover: 'unlimited',
    ...waiting,
  }),
  change('scale-down', { target: 'single', grace_period: 0, ...operation, ...waiting }),
  change('scale-down', { target: 'replicas', replicas: { count: 2, replication_mode: 'sync' } }),
  change(
    'change',
    { memory: '4GiB', cpus: 2, storage: '50GiB', image: 'newest', ...operation },
    'change shop --memory 4GiB --cpus 2 --image newest --checkpoint-timeout 600 --patience 120 --storage 50GiB',
  ),
  change('change', { storage: null, settings: { work_mem: '16MB', jit: null }, extensions: ['vector', 'hstore'] }),
  change('switchover', {}),
  change(
    'switchover',
    { target_node: 'postgres-5', on_obstacle: 'wait', patience: 120 },
    'switchover shop postgres-5 --wait --patience 120',
  ),
  change('switchover', { on_obstacle: 'force' }),
  change('failover', {}),
  change('failover', { target_node: 'postgres-5', patience: 120 }),
  change(
    'reinitialize',
    { node: 'postgres-3', ...operation },
    'reinit shop postgres-3 --checkpoint-timeout 600 --patience 120',
  ),
  change('repair', {}),
  change('repair', { node: 'haproxy-2' }),
  change('rollback', { patience: 120, ...waiting }),
  change('snapshots', {}),
  change('snapshots', { keep_for: 604_800, patience: 120 }),
  change('stop', { patience: 120 }),
  change('start', {}),
  change('restore', { snapshot: 'snap-1', name: 'other', port: 20_001, memory: '2GiB', cpus: 0.5 }),
  change('create', { name: 'shop', postgres_major: 18, port: 20_001, locale: 'de_DE.UTF-8', memory: '2GiB', cpus: 2 }),
  change('destroy', {}, 'destroy shop --confirm shop'),
])('the command of %j asks for the same', async (asked, line) => {
  const typed = { ...asked, project: 'default', name: 'shop', confirmed: false };
  const command = commandLine(typed);
  if (line !== '') expect(command).toBe(`./pgrow ${line}`);
  const { method, url } = changeKinds[asked.kind];
  const sent = await askedByCommand(command.split(' ').slice(1));
  expect(sent).toMatchObject({ method, path: url('default', 'shop') });
  expect({ ...usually(asked), ...(sent?.body as object) }).toEqual({ ...usually(asked), ...asked.body });
});

/** What the command line says, and the API would take for granted. */
const usually = ({ kind }: Change): object => {
  if (kind === 'switchover') return { on_obstacle: 'refuse' };
  return kind === 'pooling' || kind === 'ha' ? { enabled: true } : {};
};

test('--yes confirms where something has to be confirmed', async () => {
  const command = commandLine({ kind: 'stop', body: {}, project: 'default', name: 'shop', confirmed: true });
  expect(command).toBe('./pgrow stop shop --yes');
  expect((await askedByCommand(command.split(' ').slice(1)))?.body).toEqual({ confirm: true });
});

test('the curl call sends the same to the same address, and only if the plan is still this one', () => {
  const typed = { kind: 'ha', body: { enabled: true }, project: 'default', name: 'shop', confirmed: true } as const;
  expect(curlCommand(typed, { origin: 'http://127.0.0.1:8080', digest: 'abc' })).toBe(
    [
      `curl -H @$HOME/.pgrow-header -H 'If-Match: "abc"'`,
      `--json '{"enabled":true,"confirm":true}'`,
      'http://127.0.0.1:8080/v1/projects/default/services/shop/postgres/ha',
    ].join(' \\\n  '),
  );
  const destroy = { ...typed, kind: 'destroy', body: {} } as const;
  expect(curlCommand(destroy, { origin: 'http://127.0.0.1:8080', digest: 'abc' })).toContain(
    `-X DELETE \\\n  'http://127.0.0.1:8080/v1/projects/default/services/shop?confirm=shop'`,
  );
});

test('a word that a shell would take apart is quoted', () => {
  const typed = {
    kind: 'restore',
    body: { snapshot: "it's", name: 'x' },
    project: 'default',
    name: 'shop',
    confirmed: false,
  } as const;
  expect(commandLine(typed)).toBe(String.raw`./pgrow restore shop --snapshot 'it'\''s' --as x`);
});
