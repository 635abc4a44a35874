import { describe, expect, test } from 'vitest';
import { pooling, planned } from '../../test/support/grown-databases.ts';
import { haTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { connectionStrings, routesOnTheWay } from './endpoints.ts';
import { clientsNetworkName, networkName } from './naming.ts';
import { replicaOptions } from './options.ts';
import type { Plan } from './plan.ts';
import type { Topology } from './topology.ts';

const shop = sampleDatabase('shop-eu', {
  ports: { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6, any_node: 7 },
});

describe('connection strings', () => {
  test('at stage 0 there is one address, inside and outside', () => {
    expect(connectionStrings(shop, 'secret')).toEqual({
      best: 'postgres',
      host: {
        postgres: 'postgresql://shop_eu:secret@127.0.0.1:1/shop_eu',
        pooled: null,
        pooled_read_only: null,
        read_write: null,
        read_only: null,
        any_node: null,
      },
      network: {
        postgres: 'postgresql://shop_eu:secret@postgres:5432/shop_eu',
        pooled: null,
        pooled_read_only: null,
        read_write: null,
        read_only: null,
        any_node: null,
      },
      clients_network: networkName(shop),
      tls: 'off',
    });
  });

  test('where clients must encrypt, they say how the server is verified', () => {
    const stringsOf = (tls: 'allow' | 'require') =>
      connectionStrings({ ...shop, topology: { ...shop.topology, tls } }, null);
    expect(stringsOf('require')).toMatchObject({
      host: { postgres: 'postgresql://shop_eu@127.0.0.1:1/shop_eu?sslmode=verify-full&sslrootcert=ca.pem' },
      network: { postgres: 'postgresql://shop_eu@postgres:5432/shop_eu?sslmode=verify-full&sslrootcert=ca.pem' },
      tls: 'require',
    });
    expect(stringsOf('allow')).toMatchObject({
      host: { postgres: 'postgresql://shop_eu@127.0.0.1:1/shop_eu' },
      tls: 'allow',
    });
  });

  test('applications join the network that is for them, if there is one', () => {
    const network = { subnet: '10.48.4.0/22', clients_subnet: '10.48.8.0/22', addresses_given: 0 };
    expect(connectionStrings({ ...shop, network }, null).clients_network).toBe(clientsNetworkName(shop));
  });

  test('with HAProxy its read-write route is the best', () => {
    const { best, host, network } = connectionStrings({ ...shop, topology: replicaTopology(shop) }, 'secret');
    expect(best).toBe('read_write');
    expect(host.read_only).toBe('postgresql://shop_eu:secret@127.0.0.1:5/shop_eu');
    expect(network.read_only).toBe('postgresql://shop_eu:secret@haproxy:5433/shop_eu');
    expect(network.pooled).toBeNull();
  });

  test('with pooling the pooled endpoint is the best', () => {
    const { best, host, network } = connectionStrings({ ...shop, topology: haTopology(shop) }, 'secret');
    expect(best).toBe('pooled');
    expect(host.pooled_read_only).toBe('postgresql://shop_eu:secret@127.0.0.1:3/shop_eu');
    expect(network.pooled_read_only).toBe('postgresql://shop_eu:secret@pgbouncer:5433/shop_eu');
  });

  test('without HAProxy the front leads readers to the replicas', () => {
    const { nodes, ...rest } = replicaTopology(shop);
    const topology = {
      ...rest,
      nodes: nodes.filter(({ kind }) => kind !== 'haproxy'),
      replicas: replicaOptions.parse({ enable_haproxy: false }),
    };
    const { best, host, network } = connectionStrings({ ...shop, topology }, 'secret');
    expect(best).toBe('postgres');
    expect(host).toMatchObject({ read_write: null, read_only: 'postgresql://shop_eu:secret@127.0.0.1:5/shop_eu' });
    expect(network).toMatchObject({ read_write: null, read_only: 'postgresql://shop_eu:secret@postgres:5443/shop_eu' });
  });

  test('the any-node endpoint is a port of HAProxy, and without HAProxy one of the front', () => {
    const topology = replicaTopology(shop);
    const { host, network } = connectionStrings({ ...shop, topology }, 'secret');
    expect(host.any_node).toBe('postgresql://shop_eu:secret@127.0.0.1:7/shop_eu');
    expect(network.any_node).toBe('postgresql://shop_eu:secret@haproxy:5434/shop_eu');
    const direct = { ...topology, nodes: topology.nodes.filter(({ kind }) => kind !== 'haproxy') };
    expect(connectionStrings({ ...shop, topology: direct }, null).network.any_node).toContain('@postgres:5444/');
  });

  // The front of a database that is in use is not restarted for another port.
  test('a database that was made before there was the endpoint has it where its routers have been configured since', () => {
    const { any_node: _, ...ports } = shop.ports;
    const topology = replicaTopology(shop);
    const at = (nodes: Topology['nodes']) =>
      connectionStrings({ ...shop, ports, topology: { ...topology, nodes } }, null);
    expect(at(topology.nodes)).toMatchObject({ host: { any_node: null }, network: { any_node: expect.any(String) } });
    const before = topology.nodes.map(({ serves_any_node: __, ...node }) => node);
    expect(at(before)).toMatchObject({ host: { any_node: null }, network: { any_node: null } });
  });

  test('who may not see the password gets strings without one', () => {
    expect(connectionStrings(shop, null).host.postgres).toBe('postgresql://shop_eu@127.0.0.1:1/shop_eu');
  });
});

/** A jump to ha that waited for its signal hid the pooler, which had taken clients for hours. */
describe('while an operation runs', () => {
  const there = (plan: Plan, isDone: (name: string) => boolean) => {
    const steps = plan.steps.map(({ name, phase }) => ({
      name,
      phase,
      status: isDone(name) ? ('done' as const) : ('undone' as const),
    }));
    const { best, host } = connectionStrings(shop, null, routesOnTheWay(plan, steps) ?? undefined);
    return { best, there: Object.keys(host).filter((name) => host[name as keyof typeof host] !== null) };
  };
  const jump = planned(shop, { target: 'ha', pooling });
  const before = (step: string) => {
    const index = jump.steps.findIndex(({ name }) => name.startsWith(step));
    if (index < 0) throw new Error(`the plan has no step ${step}`);
    const names = jump.steps.slice(0, index).map(({ name }) => name);
    return (name: string) => names.includes(name);
  };

  test('nothing is there that does not work yet', () => {
    expect(there(jump, before('publish the pooled endpoint'))).toEqual({ best: 'postgres', there: ['postgres'] });
  });

  test('the pooler is there as soon as it is published', () => {
    const published = there(jump, before('start etcd-1'));
    expect(published).toEqual({ best: 'pooled', there: ['postgres', 'pooled'] });
  });

  test('every route that is ready before the cut-over can be used while it waits', () => {
    expect(there(jump, before('hand over from'))).toEqual({
      best: 'pooled',
      there: ['postgres', 'pooled', 'pooled_read_only', 'read_write', 'read_only', 'any_node'],
    });
  });

  test('what is taken back is not there any more', () => {
    expect(there(jump, () => false)).toEqual({ best: 'postgres', there: ['postgres'] });
  });
});
