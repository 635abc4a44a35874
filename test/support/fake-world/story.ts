import type { z } from 'zod';
import type { Database } from '../../../src/domain/database.ts';
import { operationInputs, type OperationWorkflow, type ParsedInput } from '../../../src/domain/inputs.ts';
import { parseInput } from '../../../src/domain/parse-input.ts';
import type { Circumstances } from '../../../src/domain/plan/circumstances.ts';
import { firstTopology } from '../../../src/domain/plan/create.ts';
import { planOperation } from '../../../src/domain/plan/plan-operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { withTls, type Encryption } from '../../../src/domain/tls.ts';
import { nodeNamed, nodesOf } from '../../../src/domain/topology.ts';
import { retryUntil } from '../retry-until.ts';
import { changeFacts } from '../change-facts.ts';
import { nothingHeld, sampleDatabase } from '../sample-database.ts';
import { closeWindow, performAtOnce, type Deed } from './without-temporal.ts';
import { acknowledged } from './expectations.ts';
import type { Shop } from './operator.ts';

/** One operation as a test asks for it, with what the database has to be before and the plan that will be run. */
export interface Story {
  readonly name: string;
  readonly plan: Plan;
  readonly deed: Deed;
  /** Who takes writes when it begins; null if there is no database yet. */
  readonly leader: string | null;
  /** Nodes that someone has removed with their data. */
  readonly lost: readonly string[];
  /** Whether whoever takes writes is frozen by then. */
  readonly frozen: boolean;
  prepare(shop: Shop): Promise<void>;
}

interface Telling {
  /** What it is created with. Default: no TLS. */
  readonly tls?: Encryption;
  /** Operations done before, after the creation. */
  readonly before?: readonly Deed[];
  /** Who leads by then, if it is not the node that the last of them left in the lead. */
  readonly leader?: string;
  /** Whether the checkpoint of the last of them is still open. */
  readonly windowOpen?: boolean;
  /** Nodes that someone removes with their data before it begins. */
  readonly lost?: readonly string[];
  /** Whether the primary freezes before it begins. */
  readonly frozen?: boolean;
}

export const creation: Deed = { workflow: 'createDatabase', wish: { name: 'shop' } };

const createdWith = (tls: Encryption): Deed => ({ workflow: 'createDatabase', wish: { name: 'shop', tls } });

/** Of a database that is there. */
export const story = (
  name: string,
  deed: Deed,
  { tls, before = [], leader, windowOpen = false, lost = [], frozen = false }: Telling = {},
): Story => {
  const plan = foresee(before, deed, {
    ...(tls ? { tls } : {}),
    ...(leader ? { leader } : {}),
    windowOpen,
    lost,
    frozen,
  });
  return {
    name,
    plan,
    deed,
    leader: leader ?? plan.from?.primary ?? null,
    lost,
    frozen,
    async prepare(shop) {
      await performAtOnce(shop, tls ? createdWith(tls) : creation);
      for (const [index, each] of before.entries()) {
        if (each.workflow === 'stopDatabase') await shop.write(acknowledged, 'postgres');
        await performAtOnce(shop, each);
        if (!windowOpen || index < before.length - 1) await closeWindow(shop);
      }
      if (leader) await leadBy(shop, leader);
    },
  };
};

/** The plan of the last deed, as the planners make it of what those before leave. */
const foresee = (
  before: readonly Deed[],
  last: Deed,
  { tls, leader, windowOpen, lost = [], frozen = false }: Omit<Telling, 'before'>,
): Plan => {
  const faults = lost.map((name) => ({ name, state: 'missing', has_data: false }) as const);
  const sample = sampleDatabase('shop');
  let database = tls ? { ...sample, topology: firstTopology({ ...sample, topology: withTls(tls) }) } : sample;
  let done: Plan | null = null;
  for (const deed of before) {
    done = foreseeOne(database, deed);
    database = { ...database, topology: { ...done.to!, kept: [] } };
  }
  if (!windowOpen || !done)
    return foreseeOne(database, last, {
      faults,
      ...withoutLeader(database, lost),
      ...(last.workflow === 'failover' ? whatEachHolds(database, frozen) : {}),
      ...(leader ? { leader } : {}),
    });
  return foreseeOne({ ...database, topology: done.to! }, last, {
    last: done,
    faults,
    ...(last.workflow === 'failover' ? whatEachHolds(database, frozen) : {}),
  });
};

/** As the planners see a database whose leader is gone with its data. */
const withoutLeader = ({ topology }: Database, lost: readonly string[]): Partial<Circumstances> => {
  if (!lost.includes(topology.primary)) return {};
  const left = nodesOf(topology, 'postgres').filter(({ name }) => !lost.includes(name));
  const heard = left.map(({ name }) => ({ name, timeline: 1, position: 1 }));
  return { leaderless: topology.ha !== null, holdings: { heard, unheard: [], last_known: null } };
};

/** Of servers that are all there; the primary may be frozen. */
const whatEachHolds = ({ topology }: Database, frozen: boolean): Partial<Circumstances> => {
  const replicas = nodesOf(topology, 'postgres').filter(({ name }) => name !== topology.primary);
  const heard = replicas.map(({ name }) => ({ name, timeline: 1, position: 1 }));
  const primary = { name: topology.primary, timeline: 1, position: 1, takes_writes: true } as const;
  return {
    leaderless: frozen && topology.ha !== null,
    faults: frozen ? [{ name: topology.primary, state: 'frozen', has_data: true }] : [],
    holdings: { heard: frozen ? heard : [primary, ...heard], unheard: [], last_known: null },
  };
};

export const foreseeOne = (database: Database, { workflow, wish }: Deed, change: Partial<Circumstances> = {}): Plan => {
  const input = { service_id: database.id, ...wish };
  const leader = change.leader ?? database.topology.primary;
  const replicas = nodesOf(database.topology, 'postgres').filter(({ name }) => name !== leader);
  return planOperation(
    workflow,
    parseInput(operationInputs[workflow] as z.ZodType<ParsedInput<OperationWorkflow>>, input),
    {
      database,
      operation_id: '00000000',
      leader,
      candidates: replicas.map(({ name }) => ({ name, state: 'streaming', lag_bytes: 0, synchronous: true })),
      last: null,
      restored: null,
      change: changeFacts(),
      rotation: { login: true, expired: false, password: 'recorded' },
      facts: nothingHeld('postgres-1'),
      ...change,
    },
  );
};

/** As with `docker rm -f` and `docker volume rm`. */
export const lose = async ({ id, world: { platform, store, patroni } }: Shop, name: string): Promise<void> => {
  const { topology } = (await store.readDatabase(id))!;
  const { container, volume } = nodeNamed(topology, name);
  if (name === topology.primary) patroni.electNobody();
  await platform.removeContainer(container);
  if (volume) await platform.removeVolume(volume);
};

/** After a switchover, with everybody back. */
const leadBy = async ({ world: { patroni, machines, servers } }: Shop, leader: string): Promise<void> => {
  patroni.lead(leader);
  servers.lookAround();
  await retryUntil(`all to follow ${leader}`, async () => {
    const down = machines.running().find((machine) => machine.kind === 'postgres' && !servers.on(machine));
    if (down) throw new Error(`${down.name} is down`);
  });
};

/** As the workflow's caller: starts it and waits for its end. */
export const tell = ({ deed: { workflow, wish } }: Story, shop: Shop, operation_id?: string) =>
  shop.run(workflow, { ...wish, ...(operation_id ? { operation_id } : {}) });
