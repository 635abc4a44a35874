import { expect } from 'vitest';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import { labelNames } from '../../src/domain/naming.ts';
import type { Stage } from '../../src/domain/stage.ts';
import type { NodeKind } from '../../src/domain/topology.ts';
import { retryUntil } from './retry-until.ts';
import type { ManagedDatabase } from './stack.ts';

export interface DatabaseExpectations {
  toBeAtStage(stage: Stage): Promise<void>;
  /** Waits for it. */
  toBeHealthy(): Promise<void>;
  /** In the status, and by asking every PostgreSQL node itself: this one takes writes and no other does. Waits for it. */
  toHavePrimary(node: string): Promise<void>;
  /** That many nodes of each kind named, kept ones not counted. */
  toHaveNodes(counts: Partial<Record<NodeKind, number>>): Promise<void>;
  /** Exactly these, also on the engine: no container of another node of this database is there. Waits for it. */
  toHaveOnlyNodes(counts: Partial<Record<NodeKind, number>>): Promise<void>;
  /** Each of its nodes, as the engine has it. Returns them by name. */
  toHaveTheAddressesOnRecord(): Promise<Readonly<Record<string, string>>>;
  /** A row written through each of these endpoints is read back through it. */
  toTakeWritesThrough(...endpoints: EndpointName[]): Promise<void>;
  /** What `keepData` wrote is there, unchanged, on every PostgreSQL node that runs. Waits for replicas to catch up. */
  toHoldItsData(): Promise<void>;
  /** Nothing on the engine carries its label, and the control plane does not know it. */
  toBeGone(): Promise<void>;
  /** Waits for it. */
  toHaveNoOpenCheckpoint(): Promise<void>;
  /** No operation runs. */
  toBeAtRest(): Promise<void>;
}

/** How long a state that has to come by itself is waited for, in milliseconds. */
const patienceMs = 60_000;

export const expectDatabase = (database: ManagedDatabase): DatabaseExpectations => ({
  toBeAtStage: async (stage) => {
    expect(await database.status()).toMatchObject({ stage });
  },
  toBeHealthy: () =>
    retryUntil(
      `${database.name} healthy`,
      async () => expect(await database.status()).toMatchObject({ health: 'healthy' }),
      patienceMs,
    ),
  toHavePrimary: (node) =>
    retryUntil(
      `${node} the primary of ${database.name}`,
      async () => {
        const running = (await database.nodes('postgres')).filter(({ state }) => state !== 'stopped');
        const roles = await Promise.all(
          running.map(async ({ name }) => [name, await database.queryNode(name, 'select pg_is_in_recovery()')]),
        );
        expect(roles.filter(([, inRecovery]) => inRecovery === 'f').map(([name]) => name)).toEqual([node]);
        const { members } = await database.read<{ members: { name: string; role: string }[] }>('health');
        expect(members.filter(({ role }) => role === 'leader').map(({ name }) => name)).toEqual([node]);
      },
      patienceMs,
    ),
  toHaveNodes: async (counts) => {
    const document = await database.plane.request<{ nodes: { kind: NodeKind }[] }>(
      'GET',
      `/v1/projects/default/services/${database.name}`,
    );
    const found = Object.fromEntries(
      Object.keys(counts).map((kind) => [kind, document.document.nodes.filter((node) => node.kind === kind).length]),
    );
    expect(found).toEqual(counts);
  },
  toHaveOnlyNodes: (counts) =>
    retryUntil(
      `only these nodes of ${database.name}`,
      async () => {
        expect(countKinds(await database.nodes())).toEqual(counts);
        const { containers } = await database.plane.platform.findByLabels({ [labelNames.databaseName]: database.name });
        const names = (await database.nodes()).map(({ container }) => container);
        expect(containers.toSorted()).toEqual(names.toSorted());
      },
      patienceMs,
    ),
  toHaveTheAddressesOnRecord: async () => {
    const { document } = await database.plane.request<{
      nodes: { name: string; container: string; address: string }[];
    }>('GET', `/v1/projects/default/services/${database.name}`);
    const onRecord = Object.fromEntries(document.nodes.map(({ name, address }) => [name, address]));
    const { platform } = database.plane;
    const states = document.nodes.map(
      async ({ name, container }) => [name, (await platform.inspectContainer(container))?.address] as const,
    );
    expect(Object.fromEntries(await Promise.all(states))).toEqual(onRecord);
    expect(new Set(Object.values(onRecord)).size).toBe(document.nodes.length);
    return onRecord;
  },
  toTakeWritesThrough: async (...endpoints) => {
    await database.query('create table if not exists visits (number serial primary key, through text not null)');
    for (const endpoint of endpoints) {
      const [row] = await database.query<{ number: number }>(
        `insert into visits (through) values ('${endpoint}') returning number`,
        endpoint,
      );
      const found = await database.query(`select through from visits where number = ${row?.number}`, endpoint);
      expect(found).toEqual([{ through: endpoint }]);
    }
  },
  toHoldItsData: async () => {
    const before = written.get(database.name);
    if (before === undefined) throw new Error(`nothing was kept in ${database.name}: call keepData first`);
    for (const { name } of (await database.nodes('postgres')).filter(({ role }) => role !== null)) {
      await retryUntil(
        `the data of ${database.name} on ${name}`,
        async () => expect(await database.queryNode(name, fingerprintSql)).toBe(before),
        patienceMs,
      );
    }
  },
  toBeGone: async () => {
    const { platform } = database.plane;
    expect(await platform.findByLabels({ [labelNames.databaseName]: database.name })).toEqual({
      containers: [],
      volumes: [],
      networks: [],
    });
    expect(await database.plane.json('list')).not.toMatchObject({
      databases: expect.arrayContaining([expect.objectContaining({ name: database.name })]),
    });
  },
  toHaveNoOpenCheckpoint: () =>
    retryUntil(
      `the checkpoint of ${database.name} closed`,
      async () => expect(await database.status()).toMatchObject({ checkpoint: null }),
      patienceMs,
    ),
  toBeAtRest: async () => {
    expect(await database.status()).toMatchObject({ operation: null });
  },
});

const countKinds = (nodes: readonly { readonly kind: NodeKind }[]): Partial<Record<NodeKind, number>> => {
  const counts: Partial<Record<NodeKind, number>> = {};
  for (const { kind } of nodes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

/** Writes a table of all kinds of values and remembers what it looks like. */
export const keepData = async (database: ManagedDatabase): Promise<void> => {
  await database.query(`
    create table ledger (
      id bigint generated always as identity primary key,
      customer text not null, amount numeric(12, 2) not null, note jsonb, receipt bytea, booked timestamptz not null)`);
  await database.query('create unique index ledger_by_customer on ledger (customer, id)');
  await database.query(`
    insert into ledger (customer, amount, note, receipt, booked)
    select 'Kundin ' || number || ' – ' || chr(9731), number * 1.37, jsonb_build_object('number', number, 'even', number % 2 = 0),
           decode(md5(number::text), 'hex'), timestamptz '2020-02-29 12:00+00' + number * interval '1 hour'
    from generate_series(1, 5000) number`);
  const [row] = await database.query<{ fingerprint: string }>(fingerprintSql);
  written.set(database.name, row!.fingerprint);
};

const written = new Map<string, string>();

/** Over every value of every row. */
const fingerprintSql = `
  select count(*) || ' ' || md5(string_agg(ledger::text, '|' order by id)) as fingerprint from ledger`;
