import { describe, expect, test } from 'vitest';
import type { FrontConfig } from '../../domain/node-config.ts';
import { frontCfg, haproxyCfg } from './configuration.ts';

const gateway = '172.20.0.1';
const routing = {
  kind: 'haproxy',
  servers: ['postgres-1', 'postgres-2'],
  load_balancing: 'least_connections',
} as const;
const router = haproxyCfg(routing, { gateway });
const encryptedRouter = haproxyCfg(routing, { gateway, tls: true });
const routes: FrontConfig['routes'] = {
  postgres: { nodes: ['postgres-1'], port: 5432 },
  pooled: { nodes: ['pgbouncer-1'], port: 5432 },
  pooled_read_only: null,
  read_write: { nodes: ['haproxy-1', 'haproxy-2'], port: 5432 },
  read_only: null,
  stats: null,
};
const front = frontCfg({ kind: 'front', routes }, { gateway });

const peerHost = (name: string) => `10.48.4.${name.length}`;

/** The lines of one section, from its heading to the next empty line. */
const section = (text: string, heading: string): string => {
  const found = text.split('\n\n').find((part) => part.startsWith(`${heading}\n`));
  if (!found) throw new Error(`no section ${heading}`);
  return found;
};

describe('a router', () => {
  test('sends writes to whichever node says it is the primary, reads to those that say they are replicas', () => {
    expect(section(router, 'backend primary')).toContain('uri /primary');
    expect(section(router, 'backend replicas')).toContain('uri /replica');
    for (const name of ['backend primary', 'backend replicas']) {
      expect(section(router, name)).toContain('server postgres-1 postgres-1:5432');
      expect(section(router, name)).toContain('server postgres-2 postgres-2:5432');
    }
  });

  test('reads from the primary only where no replica is up', () => {
    expect(section(router, 'frontend read_only')).toMatch(/use_backend primary if .*nbsrv\(replicas\) eq 0/);
    expect(section(router, 'frontend read_only')).toContain('default_backend replicas');
    expect(section(router, 'frontend any_node')).toContain('default_backend any');
    expect(section(router, 'backend any')).toContain('uri /read-only');
  });

  test('balances as asked', () => {
    expect(section(router, 'backend replicas')).toContain('balance leastconn');
  });

  // HAProxy took a replica that had been away for longer than `hold` for a primary until its first check.
  test('takes no server for up because its name is known again', () => {
    expect(section(router, 'resolvers docker')).toMatch(/hold nx 24d/);
    for (const name of ['backend primary', 'backend replicas'])
      expect(section(router, name)).not.toMatch(/init-addr \S*none/);
  });

  test('knows its servers by their names, wherever they are, and asks no resolver for an address', () => {
    const addressed = haproxyCfg(
      { kind: 'haproxy', servers: ['postgres-1', 'postgres-10'], load_balancing: 'round_robin' },
      { gateway, peerHost },
    );
    for (const name of ['backend primary', 'backend replicas']) {
      expect(section(addressed, name)).toContain('    server postgres-1 10.48.4.10:5432');
      expect(section(addressed, name)).toContain('    server postgres-10 10.48.4.11:5432');
      expect(section(addressed, name)).not.toMatch(/resolvers|init-addr/);
    }
    const addressedFront = frontCfg({ kind: 'front', routes }, { gateway, peerHost });
    expect(addressedFront).toContain('    server pgbouncer-1 10.48.4.11:5432');
    expect(addressedFront).not.toMatch(/resolvers docker init-addr/);
    expect(section(addressedFront, 'backend to_read_write')).toContain('default-server check inter 1s');
    expect(section(addressedFront, 'backend to_pooled')).not.toContain('default-server');
  });

  test('with TLS checks each server by its own name, and shows it who asks', () => {
    for (const name of ['backend primary', 'backend replicas', 'backend any']) {
      expect(section(encryptedRouter, name)).toMatch(
        /default-server check .* check-ssl verify required ca-file \/etc\/pgrow\/ca\.pem$/m,
      );
      for (const server of ['postgres-1', 'postgres-2'])
        expect(section(encryptedRouter, name)).toContain(
          `    server ${server} ${server}:5432 check-sni ${server} verifyhost ${server}`,
        );
    }
    expect(router).not.toMatch(/ssl|verify|pem/);
  });

  // The handshake had to be over within the 200 ms that a client may take to connect: on a busy machine sessions were cut.
  test('with TLS lets a check take as long as until the next', () => {
    expect(section(encryptedRouter, 'defaults')).not.toContain('timeout check');
    expect(section(encryptedRouter, 'backend primary')).toMatch(/inter 1s .* fall 3 /);
    expect(section(router, 'defaults')).toContain('timeout check 2s');
    expect(section(router, 'backend primary')).toMatch(/inter 1s .* fall 2 /);
  });

  // With 20,000 it did not start where a container may open 20,000 files.
  test('asks for no more files than a container has', () => {
    const connections = Number(/maxconn (\d+)/.exec(section(router, 'global'))?.[1]);
    expect(2 * connections + 100).toBeLessThan(20_000);
  });
});

describe.each([
  ['a router', router, encryptedRouter],
  ['a front', front, frontCfg({ kind: 'front', routes }, { gateway, tls: true })],
])('%s', (_, text, encrypted) => {
  test('opens its runtime API to the worker alone', () => {
    expect(section(text, 'frontend runtime')).toContain(`tcp-request connection reject unless { src ${gateway} }`);
  });

  test('with TLS opens it only to who has a certificate of its database', () => {
    expect(section(encrypted, 'frontend runtime')).toContain(
      'bind :9999 ssl crt /etc/pgrow/node.pem ca-file /etc/pgrow/ca.pem verify required',
    );
  });
});

test.each([
  [
    'a router',
    (controlAddress: string) =>
      haproxyCfg({ kind: 'haproxy', servers: [], load_balancing: 'round_robin' }, { gateway, controlAddress }),
  ],
  ['a front', (controlAddress: string) => frontCfg({ kind: 'front', routes }, { gateway, controlAddress })],
])('%s that is in two networks has its runtime API in one of them', (_, configured) => {
  const text = configured('10.48.4.5');
  expect(section(text, 'frontend runtime')).toContain('bind 10.48.4.5:9999');
  expect(text.match(/^ +bind .*$/gm)?.filter((line) => line.includes('10.48.4.5'))).toHaveLength(1);
});

describe('a front', () => {
  test('leads its ports to their nodes and rejects where nothing is', () => {
    expect(section(front, 'frontend pooled')).toContain('bind :6432');
    expect(section(front, 'backend to_pooled')).toContain('server pgbouncer-1 pgbouncer-1:5432');
    expect(section(front, 'frontend read_only')).toContain('tcp-request connection reject');
  });

  test('checks only where there is a choice', () => {
    expect(section(front, 'backend to_read_write')).toMatch(/default-server check /);
    expect(section(front, 'backend to_postgres')).not.toMatch(/default-server check /);
  });
});
