import { describe, expect, test } from 'vitest';
import { changeFacts } from '../../../test/support/change-facts.ts';
import {
  haTopology,
  nothingHeld,
  pooledTopology,
  replicaTopology,
  sampleDatabase,
  singleTopology,
} from '../../../test/support/sample-database.ts';
import type { Database } from '../database.ts';
import type { Plan } from '../plan.ts';
import type { Topology } from '../topology.ts';
import { planChange, type ChangePlanInput } from './change.ts';
import { planRollback } from './rollback.ts';

const gibibyte = 1024 ** 3;

const shopAt = (topologyOf: (shop: Database) => Topology) => {
  const shop = sampleDatabase('shop');
  return { ...shop, topology: topologyOf(shop) };
};

const streaming = ({ topology }: Database) =>
  topology.nodes
    .filter(({ kind, name }) => kind === 'postgres' && name !== topology.primary)
    .map(({ name }) => ({ name, state: 'streaming', lag_bytes: 0, synchronous: false }));

const nothing = { settings: {}, extensions: [] };

const plan = (database: Database, wanted: Partial<ChangePlanInput['wanted']>, change: Partial<ChangePlanInput> = {}) =>
  planChange({
    database,
    operation_id: '00000000-0000-4000-8000-000000000001',
    leader: database.topology.primary,
    candidates: streaming(database),
    last: null,
    restored: null,
    change: changeFacts(),
    closesWindowOf: null,
    wanted: { ...nothing, ...wanted },
    ...change,
  });

const back = (database: Database, done: ReturnType<typeof plan>) => {
  const after = { ...database, topology: done.to! };
  return planRollback({
    database: after,
    done,
    operation_id: '00000000-0000-4000-8000-000000000002',
    leader: after.topology.primary,
  });
};

const names = ({ steps }: Pick<Plan, 'steps'>) => steps.map(({ name }) => name);

const serversIn = (topology: Topology | null) =>
  topology!.nodes
    .filter(({ kind }) => kind === 'postgres')
    .map(({ name, size, chosen_settings }) => ({
      name,
      memory: (size?.memory_bytes ?? gibibyte) / gibibyte,
      ...chosen_settings,
    }));

const closing = ({ on_close }: Pick<Plan, 'on_close'>) =>
  on_close.map(({ action, input }) => `${action} ${'node' in input ? input.node.name : ''}`.trim());

const checked = 'check that every server has what it was given';
const ending = ['write and read through every endpoint', 'record topology'];
const handOver = (from: string, to: string) => [
  `carry what ALTER SYSTEM has set on ${from}`,
  'check that nothing stands in the way',
  `hand over from ${from} to ${to}`,
  `let ${from} follow ${to}`,
];
const router = ['start haproxy-1', 'wait until HAProxy sees primary and replicas'];

describe('what a reload makes effective', () => {
  const wanted = { cpus: 1, settings: { work_mem: '8MB' } };

  test('is done on every server, the primary last, and nothing moves', () => {
    const done = plan(shopAt(replicaTopology), wanted);
    expect(names(done)).toEqual([
      'give postgres-2 1 CPU',
      'give postgres-2 its new settings',
      'give postgres-1 1 CPU',
      'give postgres-1 its new settings',
      'check that every server has what it was given',
      ...ending,
    ]);
    expect(done).toMatchObject({ expected_stall_ms: 0, point_of_no_return: null });
    expect(done.changes).toEqual([
      { subject: 'cpus', name: null, from: '2', to: '1', takes_effect: 'live' },
      { subject: 'setting', name: 'work_mem', from: '4MB', to: '8MB', takes_effect: 'live' },
    ]);
  });

  test('is taken back by the rollback in the same way', () => {
    const shop = shopAt(replicaTopology);
    const undone = back(shop, plan(shop, wanted));
    expect(names(undone)).toHaveLength(7);
    expect(serversIn(undone.to)).toEqual(serversIn(shop.topology));
  });

  test('a limit of storage is only recorded', () => {
    const done = plan(shopAt(singleTopology), { storage: 50 * gibibyte });
    expect(done.changes).toEqual([
      { subject: 'storage', name: null, from: null, to: '50 GiB', takes_effect: 'recorded' },
    ]);
    expect(names(done)).toEqual(['check that every server has what it was given', ...ending]);
    expect(done.to!.nodes[1]!.size?.storage_bytes).toBe(50 * gibibyte);
  });
});

describe('what needs another server', () => {
  const wanted = { memory: 4 * gibibyte };

  test('without replicas a new one takes over from the old one, which follows until the window closes', () => {
    const shop = shopAt(pooledTopology);
    const done = plan(shop, wanted);
    expect(names(done)).toEqual([
      'start a server of this kind to see that it starts',
      'create replication slot for postgres-2',
      'clone postgres-2 from postgres-1',
      'wait until postgres-2 streams',
      ...router,
      'point pgbouncer-1 at the new route',
      'point the permanent addresses at the new route',
      'create replication slot for postgres-1',
      ...handOver('postgres-1', 'postgres-2'),
      'point pgbouncer-1 at the new route',
      'point the permanent addresses at the new route',
      'remove haproxy-1',
      'wait until the primary is replicated',
      'check that every server has what it was given',
      ...ending,
    ]);
    expect(serversIn(done.to)).toEqual([{ name: 'postgres-2', memory: 4 }]);
    expect(done.to!.kept.map(({ name }) => name)).toEqual(['postgres-1']);
    expect(closing(done)).toEqual(['removeNode postgres-1', 'removeReplicationSlot']);
    const undone = back(shop, done);
    expect(serversIn(undone.to)).toEqual(serversIn(shop.topology));
    expect(names(undone)).toContain('hand over from postgres-2 to postgres-1');
    expect(names(undone)).toContain('remove postgres-2');
  });

  // A standby with fewer max_connections than its primary does not start.
  test('the old one follows with as many connections as the new one has, and gives them back at the rollback', () => {
    const shop = shopAt(singleTopology);
    const done = plan(shop, wanted);
    expect(done.to!.kept[0]!.chosen_settings).toEqual({ max_connections: '500' });
    expect(names(back(shop, done))).toContain('restart postgres-1 while its clients wait');
  });

  // They led to the old server again, which takes no writes any longer.
  test('poolers that may open more connections lead to the one that has them', () => {
    const { steps } = plan(
      shopAt(pooledTopology),
      { settings: { max_connections: '300' } },
      { facts: nothingHeld('postgres-1') },
    );
    const poolers = steps.flatMap(({ run: { action, input } }) =>
      action === 'configureNode' && input.node.kind === 'pgbouncer' ? [input.config] : [],
    );
    expect(poolers).toHaveLength(3);
    expect(poolers.at(-1)).toMatchObject({ read_write: { nodes: ['postgres-2'] } });
  });

  test('with replicas these are changed first, one at a time; what was the primary when the window closes', () => {
    const shop = shopAt(haTopology);
    const done = plan(shop, wanted);
    expect(names(done)).toEqual([
      'start a server of this kind to see that it starts',
      'let the members of the cluster agree on new settings',
      'change postgres-3',
      'wait until postgres-3 streams',
      'change postgres-4',
      'wait until postgres-4 streams',
      ...handOver('postgres-2', 'postgres-3'),
      'let HAProxy check postgres-2 again',
      'wait until HAProxy sees primary and replicas',
      'wait until the cluster is healthy',
      'check that every server has what it was given',
      ...ending,
    ]);
    expect(closing(done)).toEqual(['remakeNode postgres-2', 'recordNode postgres-2']);
    expect(serversIn(done.to)).toEqual([
      { name: 'postgres-2', memory: 1, max_connections: '500' },
      { name: 'postgres-3', memory: 4 },
      { name: 'postgres-4', memory: 4 },
    ]);
  });

  test('a rollback goes back to the old server first, and changes the others then', () => {
    const shop = shopAt(replicaTopology);
    const undone = back(shop, plan(shop, wanted));
    expect(names(undone)).toEqual([
      'create replication slot for postgres-2',
      ...handOver('postgres-2', 'postgres-1'),
      'restart postgres-1 while its clients wait',
      'let HAProxy check postgres-2 again',
      'wait until HAProxy sees primary and replicas',
      'wait until the primary is replicated',
      'change postgres-2',
      'wait until postgres-2 streams',
      checked,
      ...ending,
    ]);
    expect(serversIn(undone.to)).toEqual(serversIn(shop.topology));
  });

  // The record said so, and the server went on with what had been rolled back, until the next failover brought that back.
  test('a rollback changes the server back that has led meanwhile, whatever differs', () => {
    for (const at of [replicaTopology, haTopology]) {
      const shop = shopAt(at);
      const done = plan(shop, { settings: { shared_buffers: '512MB' } });
      expect(names(back(shop, done))).toContain(`change ${done.to!.primary}`);
    }
  });

  // Every COMMIT would have waited for the one standby that confirms it, while that was made again.
  test('when the window closes commits do not wait for the one replica that is changed then', () => {
    const shop = shopAt((of) => {
      const topology = replicaTopology(of);
      return { ...topology, replicas: { ...topology.replicas!, replication_mode: 'sync' } };
    });
    expect(closing(plan(shop, wanted))).toEqual([
      'configureNode postgres-2',
      'remakeNode postgres-1',
      'waitUntilStreaming postgres-1',
      'configureNode postgres-2',
      'recordNode postgres-1',
    ]);
  });

  test('a replica keeps the image that it has, also where the primary has an older one', () => {
    const facts = changeFacts({ older_images: { 'postgres-1': 'pgrow/postgres:old' } });
    const live = plan(shopAt(replicaTopology), { settings: { work_mem: '8MB' } }, { change: facts });
    expect(names(live)).not.toContain('change postgres-2');
  });

  test('after a failover to the old server within the window only the others are changed back', () => {
    const shop = shopAt(haTopology);
    const done = plan(shop, wanted);
    const after = { ...done, to: { ...done.to!, primary: 'postgres-2' } };
    const undone = back(shop, after);
    expect(names(undone)).not.toContain('hand over from postgres-2 to postgres-3');
    expect(serversIn(undone.to)).toEqual(serversIn(shop.topology));
  });

  test('a new image is one, and whatever else changes keeps the image that there is', () => {
    const older_images = { 'postgres-1': 'pgrow/postgres:old', 'postgres-2': 'pgrow/postgres:old' };
    const shop = shopAt(replicaTopology);
    const facts = changeFacts({ older_images });
    const imagesOf = (topology: Topology | null) => topology!.nodes.map(({ image }) => image).filter(Boolean);
    expect(imagesOf(plan(shop, { memory: 2 * gibibyte }, { change: facts }).to)).toEqual(Object.values(older_images));
    const newest = plan(shop, { image: 'newest' }, { change: facts });
    expect(newest.changes).toEqual([
      { subject: 'image', name: null, from: 'pgrow/postgres:old', to: 'newest', takes_effect: 'hand_over' },
    ]);
    // The old primary has it until the window closes.
    expect(imagesOf(newest.to)).toEqual(['pgrow/postgres:old']);
    expect(imagesOf(back(shop, newest).to)).toEqual(Object.values(older_images));
  });
});

describe('what a standby needs as much of as its primary', () => {
  test('shrinks on the primary first, while its clients wait, and grows on it last', () => {
    const shop = shopAt(haTopology);
    const fewer = plan(shop, { settings: { max_connections: '50' } });
    const restart = 'restart postgres-2 while its clients wait';
    const replicas = ['postgres-3', 'postgres-4'].flatMap((name) => [`change ${name}`, `wait until ${name} streams`]);
    const agree = 'let the members of the cluster agree on new settings';
    expect(names(fewer)).toEqual([
      'start a server of this kind to see that it starts',
      agree,
      restart,
      ...replicas,
      'check that every server has what it was given',
      ...ending,
    ]);
    expect(names(back(shop, fewer))).toEqual([agree, ...replicas, restart, checked, ...ending]);
  });

  // The undo goes from the last step to the first: a replica that came back with less would have stopped replaying.
  test('the undo of such a restart lets the members agree before the first of them starts', () => {
    const { steps } = plan(shopAt(haTopology), { settings: { max_connections: '50' } });
    const undone = steps.find(({ name }) => name === 'change postgres-4')!.undo.map(({ action }) => action);
    expect(undone).toEqual(['agreeOnSettings', 'remakeNode', 'waitUntilStreaming']);
  });

  test('a successor has as much until it takes writes, and is restarted then', () => {
    const wanted = { memory: 2 * gibibyte, settings: { max_connections: '50' } };
    const done = plan(shopAt(pooledTopology), wanted);
    const clone = done.steps.find(({ name }) => name === 'clone postgres-2 from postgres-1')!.run;
    expect(clone).toMatchObject({ input: { node: { chosen_settings: { max_connections: '200' } } } });
    expect(names(done)).toContain('restart postgres-2 while its clients wait');
    expect(serversIn(done.to)).toEqual([{ name: 'postgres-2', memory: 2, max_connections: '50' }]);
  });
});

describe('the one replica that confirms commits', () => {
  // Commits would have waited for it while it was started again.
  test('is not waited for while it is changed', () => {
    const shop = shopAt((of) => {
      const topology = replicaTopology(of);
      return { ...topology, replicas: { ...topology.replicas!, replication_mode: 'sync' } };
    });
    const changed = names(plan(shop, { memory: 2 * gibibyte }));
    const at = changed.indexOf('change postgres-2');
    expect(changed.slice(at - 1, at + 3)).toEqual([
      'commit without waiting for a replica',
      'change postgres-2',
      'wait until postgres-2 streams',
      'commit only when a replica confirms',
    ]);
  });
});

describe('what ALTER SYSTEM has set', () => {
  test('is taken over by every server, and stays after a rollback', () => {
    const shop = shopAt(replicaTopology);
    const change = changeFacts({ by_alter_system: { work_mem: '32MB' } });
    const done = plan(shop, { cpus: 1 }, { change });
    expect(names(done).slice(0, 3)).toEqual([
      'give postgres-1 its new settings',
      'give postgres-2 its new settings',
      'take over what ALTER SYSTEM has set on postgres-1',
    ]);
    expect(done.changes).toContainEqual({
      subject: 'setting',
      name: 'work_mem',
      from: '32MB',
      to: '32MB',
      takes_effect: 'recorded',
    });
    for (const server of serversIn(back(shop, done).to)) expect(server).toMatchObject({ work_mem: '32MB' });
  });

  test('gives way to what is asked for, and is taken back all the same', () => {
    const change = changeFacts({ by_alter_system: { work_mem: '32MB' } });
    const done = plan(shopAt(singleTopology), { settings: { work_mem: '8MB' } }, { change });
    expect(serversIn(done.to)).toMatchObject([{ work_mem: '8MB' }]);
    expect(names(done)).toContain('take over what ALTER SYSTEM has set on postgres-1');
  });

  // Replicas were made again with what the primary would have had after its next start, and could not follow it.
  test('and waits for a restart is refused until it is asked for, or taken back', () => {
    const change = changeFacts({ by_alter_system: { max_connections: '100' } });
    const shop = shopAt(replicaTopology);
    expect(() => plan(shop, { cpus: 1 }, { change })).toThrow('--set max_connections=100');
    expect(plan(shop, { settings: { max_connections: '100' } }, { change }).steps).not.toEqual([]);
  });

  test('is taken over only after a server has been tried with what is asked for', () => {
    const change = changeFacts({ by_alter_system: { work_mem: '32MB' } });
    const [first] = names(plan(shopAt(singleTopology), { memory: 2 * gibibyte }, { change }));
    expect(first).toBe('start a server of this kind to see that it starts');
  });

  test('is refused where pgrow needs it otherwise', () => {
    const change = changeFacts({ by_alter_system: { wal_level: 'logical' } });
    expect(() => plan(shopAt(singleTopology), { cpus: 1 }, { change })).toThrow(/ALTER SYSTEM RESET wal_level/);
  });
});

describe('extensions', () => {
  test('are created live, unless their library has to be loaded first', () => {
    const shop = shopAt(pooledTopology);
    const trgm = plan(shop, { extensions: ['pg_trgm'] });
    expect(names(trgm)).toEqual([
      'create the extension pg_trgm',
      'check that every server has what it was given',
      ...ending,
    ]);
    const statements = plan(shop, { extensions: ['pg_stat_statements'] });
    expect(statements.changes).toEqual([
      {
        subject: 'setting',
        name: 'shared_preload_libraries',
        from: '',
        to: 'pg_stat_statements',
        takes_effect: 'hand_over',
      },
      { subject: 'extension', name: 'pg_stat_statements', from: null, to: '1.11', takes_effect: 'hand_over' },
    ]);
    const order = names(statements);
    expect(order.indexOf('create the extension pg_stat_statements')).toBeGreaterThan(
      order.indexOf('hand over from postgres-1 to postgres-2'),
    );
  });

  // The list that was taken back stayed, and the extension's library came after it.
  test('have their library alone where the list is taken back in the same change', () => {
    const shop = shopAt(singleTopology);
    const { to } = plan(shop, { settings: { shared_preload_libraries: 'auto_explain' } });
    const wanted = { settings: { shared_preload_libraries: null }, extensions: ['pg_stat_statements'] };
    expect(plan({ ...shop, topology: to! }, wanted).changes).toContainEqual({
      subject: 'setting',
      name: 'shared_preload_libraries',
      from: 'auto_explain',
      to: 'pg_stat_statements',
      takes_effect: 'hand_over',
    });
  });

  // It stayed, with a library that the old image may not have.
  test('go with the rollback of the change that has created them', () => {
    const shop = shopAt(pooledTopology);
    const undone = back(shop, plan(shop, { extensions: ['pg_trgm'], memory: 4 * gibibyte }));
    const removal = undone.steps.find(({ name }) => name === 'remove the extension pg_trgm');
    expect(removal!.run.input).toMatchObject({ node: { name: 'postgres-1' }, unless_needed: true });
  });
});

describe('what cannot be', () => {
  test('is said all at once, before anything is touched', () => {
    const change = changeFacts({ refused: { work_mem: '1 kB is outside the valid range' } });
    const wanted = { settings: { wal_level: 'minimal', work_mem: '1kB', no_such: '1' }, extensions: ['file_fdw'] };
    const refused = () => plan(shopAt(singleTopology), wanted, { change });
    for (const path of ['settings.wal_level', 'settings.work_mem', 'settings.no_such', 'extensions.0'])
      expect(refused).toThrow(path);
  });

  test('is fewer connections than Patroni heeds, at any stage', () => {
    for (const shop of [shopAt(singleTopology), shopAt(haTopology)])
      expect(() => plan(shop, { settings: { max_connections: '20' } })).toThrow(/at least 25: Patroni/);
  });

  test('a change of nothing says what can be changed', () => {
    expect(() => plan(shopAt(singleTopology), {})).toThrow('at least one of memory, cpus, storage');
  });

  test('a replica that hangs is rebuilt first', () => {
    const hanging = ['postgres-2'];
    expect(() => plan(shopAt(replicaTopology), { memory: 2 * gibibyte }, { hanging })).toThrow('./pgrow reinit shop');
  });

  test('what is there already is success and touches nothing', () => {
    const shop = shopAt(singleTopology);
    const { to } = plan(shop, { settings: { work_mem: '8MB' } });
    expect(plan({ ...shop, topology: to! }, { settings: { work_mem: '8MB' } }).steps).toEqual([]);
  });
});
