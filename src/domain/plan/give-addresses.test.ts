import { describe, expect, test } from 'vitest';
import { nothingHeld, sampleDatabase } from '../../../test/support/sample-database.ts';
import type { Database } from '../database.ts';
import { haOptions, operationOptions, poolingOptions } from '../options.ts';
import type { Plan } from '../plan.ts';
import type { Node } from '../topology.ts';
import { planMaking, planOperation } from './plan-operation.ts';

const operation_id = 'aaaaaaaa-3a0b-4a6e-9c53-8a54b9bd4a10';

const numbersIn = (nodes: readonly Node[]) =>
  Object.fromEntries(nodes.map(({ name, address_number }) => [name, address_number]));

const created = (name = 'shop') => {
  const { id, project, home, postgres_major, topology } = sampleDatabase(name);
  const database = { id, name, project, home, postgres_major, topology };
  const input = { ...database, service_id: id, actor: 'test' };
  return planMaking('createDatabase', input as never, { database, restored: null });
};

const expanded = (database: Database): Plan =>
  planOperation(
    'expand',
    {
      service_id: database.id,
      actor: 'test',
      target: 'ha',
      pooling: poolingOptions.parse({}),
      ha: haOptions.parse({}),
      options: operationOptions.parse({}),
    } as never,
    {
      database,
      operation_id,
      leader: database.topology.primary,
      candidates: [],
      last: null,
      restored: null,
      facts: nothingHeld('postgres-1'),
    },
  );

/** As the record has it after these plans began, the last of which ended. */
const after = (given: number, plan: Plan): Database => ({
  ...sampleDatabase('shop'),
  topology: { ...plan.to!, kept: [] },
  network: { subnet: '10.48.4.0/22', addresses_given: given },
});

/** Every mention of a node, wherever in the plan. */
const mentions = (value: unknown): readonly Node[] => {
  if (Array.isArray(value)) return value.flatMap(mentions);
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(mentions);
  return 'container' in value && 'kind' in value ? [value as Node, ...inner] : inner;
};

describe('the addresses that a plan gives', () => {
  test('are the first ones in a new database', () => {
    const plan = created();
    expect(numbersIn(plan.to!.nodes)).toEqual({ front: 3, 'postgres-1': 2 });
    expect(plan.addresses_given).toBe(2);
  });

  test('belong to a node wherever the plan speaks of it, and to no other', () => {
    const plan = expanded(after(2, created()));
    const said = new Map<string, Set<number | undefined>>();
    for (const { name, address_number } of mentions(plan))
      said.set(name, (said.get(name) ?? new Set()).add(address_number));
    const numbers = [...said.values()].map((set) => [...set]);
    expect(numbers.every((each) => each.length === 1 && each[0] !== undefined)).toBe(true);
    expect(new Set(numbers.flat()).size).toBe(said.size);
    expect(said.size).toBe(2 + 1 + 9);
    expect(plan.addresses_given).toBe(12);
  });

  test('are known to every configuration that names the node', () => {
    const plan = expanded(after(2, created()));
    const numbers = numbersIn([...plan.to!.nodes, ...plan.to!.kept]);
    const configured = plan.steps.flatMap(({ run, undo }) =>
      [run, ...undo].flatMap(({ action, input }) =>
        action === 'ensureNode' || action === 'configureNode' ? [input] : [],
      ),
    );
    const kinds = new Set(configured.filter(({ config }) => config.addresses).map(({ config }) => config.kind));
    expect([...kinds].toSorted()).toEqual(['etcd', 'front', 'haproxy', 'pgbouncer', 'postgres']);
    for (const { config } of configured)
      for (const [name, number] of Object.entries(config.addresses ?? {})) expect(number).toBe(numbers[name]);
  });

  // An operation that is undone leaves the topology of before, and so would leave addresses for a second time.
  test('are others when the same is planned again after it was undone', () => {
    const single = created();
    const first = expanded(after(2, single));
    const again = expanded(after(first.addresses_given!, single));
    const added = (plan: Plan) =>
      plan.to!.nodes.filter(({ name }) => plan.nodes_added.includes(name)).map(({ address_number }) => address_number);
    expect(added(again).filter((number) => added(first).includes(number))).toEqual([]);
    expect(numbersIn(again.from!.nodes)).toEqual(numbersIn(first.from!.nodes));
  });

  test('pass over those that nodes still have, once the subnet is used up', () => {
    const plan = expanded(after(766, created()));
    const added = plan.to!.nodes.filter(({ name }) => plan.nodes_added.includes(name));
    expect(Math.min(...added.map(({ address_number }) => address_number!))).toBe(4);
  });

  test('are none in a database whose network the engine has chosen', () => {
    const { network: _, ...earlier } = { ...after(2, created()), topology: sampleDatabase('shop').topology };
    const plan = expanded(earlier);
    expect(plan).not.toHaveProperty('addresses_given');
    expect(mentions(plan).filter(({ address_number }) => address_number !== undefined)).toEqual([]);
  });
});
