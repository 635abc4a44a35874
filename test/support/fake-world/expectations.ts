import { expect } from 'vitest';
import type { OperationDocument } from '../../../src/domain/operation.ts';
import { slotName } from '../../../src/domain/naming.ts';
import { markOf } from '../../../src/domain/operation-mark.ts';
import { readMarks } from '../../../src/nodes/operation-marks.ts';
import { nodesOf } from '../../../src/domain/topology.ts';
import type { Shop } from './operator.ts';
import { comparable } from './world-snapshot.ts';

/** What an operator may rely on, whatever became of an operation. */

/** Written before the operation, and to be found after it. */
export const acknowledged = 'order 1';

const writable = ['postgres', 'read_write', 'pooled'] as const;
const readable = ['read_only', 'pooled_read_only', 'any_node'] as const;

/** One primary takes writes, every address leads there, nothing acknowledged is lost and no client waits. */
export const expectSound = async (shop: Shop, primary?: string | null): Promise<void> => {
  expectNobodyHeld(shop);
  await expectServed(shop, primary);
};

export const expectServed = async (shop: Shop, primary?: string | null): Promise<void> => {
  const { machines, servers } = shop.world;
  const taking = machines
    .running()
    .flatMap((machine) => servers.on(machine) ?? [])
    .filter(servers.isPrimary)
    .map(({ name }) => name);
  expect(taking).toEqual([primary ?? expect.any(String)]);
  for (const endpoint of writable) {
    expect(await shop.write(`through ${endpoint}`, endpoint), endpoint).toBe(taking[0]);
    expect(await shop.rows(endpoint), endpoint).toContain(acknowledged);
  }
  for (const endpoint of readable) expect(await shop.rows(endpoint), endpoint).toContain(acknowledged);
};

/** No client waits and no two servers take writes. */
export const expectNobodyHeld = ({ world: { machines, poolers, routers, servers } }: Shop): void => {
  const running = (kind: string) => machines.running().filter((machine) => machine.kind === kind);
  expect(running('pgbouncer').filter((pooler) => poolers.isPaused(pooler) || poolers.isArmed(pooler))).toEqual([]);
  expect(running('haproxy').filter(routers.isArmed)).toEqual([]);
  expect(servers.violations).toEqual([]);
};

/** Nothing is left over, and nothing is otherwise than it was. */
export const expectPutBack = async (
  shop: Shop,
  before: object,
  { id, status, error }: OperationDocument,
): Promise<void> => {
  expect({ status, left_over: error?.left_over }).toEqual({ status: 'rolled_back', left_over: [] });
  expect(await comparable(shop)).toEqual(before);
  expect(await shop.labelled(id)).toEqual([]);
};

/** Everything there is on record, everything on record runs, commits wait for whom they should, no slot keeps WAL for no one. */
export const expectAccountedFor = async (shop: Shop): Promise<void> => {
  const { topology, containers, volumes, names, slots } = await shop.picture();
  const { servers, machines, store } = shop.world;
  const nodes = [...topology!.nodes, ...topology!.kept];
  const [database, last] = await Promise.all([shop.database(), store.readLastOperation(shop.id)]);
  expect(await readMarks(shop.world.platform, database!), 'marks').toEqual([markOf(last!)]);
  const snapshots = (await store.listSnapshots(shop.id)).map(({ volume }) => volume);
  expect(containers).toEqual(nodes.map(({ container }) => container).toSorted());
  expect(Object.keys(names).toSorted()).toEqual(containers);
  expect(volumes).toEqual([...nodes.flatMap(({ volume }) => volume ?? []), ...snapshots].toSorted());
  const replicas = nodesOf(topology!, 'postgres').filter(({ name }) => name !== topology!.primary);
  const primary = servers.named(topology!.primary)!;
  expect([...servers.synchronousStandbys(primary)].toSorted()).toEqual(
    topology!.replicas?.replication_mode === 'sync' ? replicas.map(({ name }) => name).toSorted() : [],
  );
  for (const machine of machines.running()) {
    const server = servers.on(machine);
    if (!server) continue;
    if (servers.patroni(machine)) {
      // Patroni keeps some for everybody who is in its cluster, wherever they follow.
      const ofNodes = nodes.map(({ name }) => slotName(name));
      expect(
        slots[server.name]?.filter((slot) => !ofNodes.includes(slot)),
        `slots of nobody on ${server.name}`,
      ).toEqual([]);
      continue;
    }
    const used = servers.followersOf(server).map((follower) => servers.upstreamOf(follower)!.slot);
    expect(slots[server.name], `slots of ${server.name}`).toEqual(used.toSorted());
  }
};
