import { describe, expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { connectionStrings } from './endpoints.ts';

const shop = sampleDatabase('shop-eu', {
  ports: { postgres: 1, pooled: 2, pooled_read_only: 3, read_write: 4, read_only: 5, stats: 6 },
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
      },
      network: {
        postgres: 'postgresql://shop_eu:secret@postgres:5432/shop_eu',
        pooled: null,
        pooled_read_only: null,
        read_write: null,
        read_only: null,
      },
    });
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

  test('who may not see the password gets strings without one', () => {
    expect(connectionStrings(shop, null).host.postgres).toBe('postgresql://shop_eu@127.0.0.1:1/shop_eu');
  });
});
