import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addExpansionOptions, expansionRequest, type ExpansionFlags } from './expansion-options.ts';

/** What the API would be asked for after `pgrow expand shop …`. */
const requestOf = (line: string) => {
  const command = addExpansionOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
  command.parse(line.split(' '), { from: 'user' });
  return expansionRequest(command.opts<ExpansionFlags>());
};

describe('what an expansion asks of the API', () => {
  test('only what was given is sent: the defaults are the API’s', () => {
    expect(requestOf('--to pooling')).toEqual({ path: 'pooling', body: { enabled: true } });
    expect(requestOf('--to replicas')).toEqual({ path: 'replicas', body: {} });
    expect(requestOf('--to ha')).toEqual({ path: 'ha', body: { enabled: true } });
  });

  test('every pooling option', () => {
    expect(
      requestOf(
        '--to pooling --pool-mode session --default-pool-size 30 --max-client-connections 500 --reserve-pool-size 0',
      ).body,
    ).toEqual({
      enabled: true,
      pool_mode: 'session',
      default_pool_size: 30,
      max_client_connections: 500,
      reserve_pool_size: 0,
    });
  });

  test('every replica option, with pooling in the same operation', () => {
    expect(
      requestOf(
        '--to replicas --count 3 --replication-mode sync --load-balancing least_connections --no-haproxy --with-pooling --pool-mode statement',
      ).body,
    ).toEqual({
      count: 3,
      replication_mode: 'sync',
      load_balancing: 'least_connections',
      enable_haproxy: false,
      pooling: { pool_mode: 'statement' },
    });
  });

  test('every ha option', () => {
    expect(
      requestOf(
        '--to ha --failover-time 1m --sync-mode sync_one --auto-failback --maximum-lag-on-failover unlimited --with-pooling',
      ).body,
    ).toEqual({
      enabled: true,
      failover_time: 60,
      sync_mode: 'sync_one',
      auto_failback: true,
      maximum_lag_on_failover: 'unlimited',
      pooling: {},
    });
  });

  test('times are sent in seconds', () => {
    const flags = '--to ha --checkpoint-timeout 30m --patience 5m --cutover on_signal --cutover-deadline 24h';
    expect(requestOf(flags).body).toMatchObject({
      checkpoint_timeout: 1800,
      patience: 300,
      cutover: 'on_signal',
      cutover_deadline: 86_400,
    });
  });

  test('values out of range are left to the API, which names all of them at once', () => {
    expect(requestOf('--to pooling --default-pool-size 5000 --pool-mode fast').body).toMatchObject({
      default_pool_size: 5000,
      pool_mode: 'fast',
    });
  });

  test('zero replicas would mean scaling down, so it never leaves the command line', () => {
    expect(() => requestOf('--to replicas --count 0')).toThrow(/--count/);
  });

  test.each(['', '--to single', '--to replicas --count two', '--to ha --checkpoint-timeout soon'])(
    '%j is wrong usage',
    (line) => {
      expect(() => requestOf(line)).toThrow(/required|invalid/);
    },
  );
});
