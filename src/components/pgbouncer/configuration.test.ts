import { expect, test } from 'vitest';
import { matchesVerifier } from '../postgres/scram.ts';
import type { PoolerConfig } from '../../domain/node-config.ts';
import { poolingOptions } from '../../domain/options.ts';
import { pgbouncerHba, pgbouncerIni, userlist } from './configuration.ts';

const config: PoolerConfig = {
  kind: 'pgbouncer',
  options: poolingOptions.parse({ default_pool_size: 7 }),
  read_write: { nodes: ['haproxy-1', 'haproxy-2'], port: 5432 },
  read_only: { nodes: ['haproxy-1', 'haproxy-2'], port: 5433 },
};
const lines = (which: 'read_write' | 'read_only', from = config) => pgbouncerIni({ config: from, which }).split('\n');

test('read-write and read-only are two poolers on their own ports, each to its upstream', () => {
  expect(lines('read_write')).toEqual(
    expect.arrayContaining(['* = host=haproxy-1,haproxy-2 port=5432', 'listen_port = 5432']),
  );
  expect(lines('read_only')).toEqual(
    expect.arrayContaining(['* = host=haproxy-1,haproxy-2 port=5433', 'listen_port = 5433']),
  );
});

test('an upstream with addresses is looked for there, and no resolver is asked', () => {
  const peerHost = (name: string) => name.replace('haproxy-', '10.48.4.');
  expect(pgbouncerIni({ config, which: 'read_only', peerHost })).toContain('* = host=10.48.4.1,10.48.4.2 port=5433\n');
});

test('where there is nothing else to read from, reads go the way of writes', () => {
  expect(lines('read_only', { ...config, read_only: null })).toContain('* = host=haproxy-1,haproxy-2 port=5432');
});

test('options arrive under PgBouncer’s own names', () => {
  expect(lines('read_write')).toEqual(
    expect.arrayContaining([
      'pool_mode = transaction',
      'default_pool_size = 7',
      // 100 for the application, the rest for pgrow itself.
      'max_client_conn = 108',
      'reserve_pool_size = 5',
    ]),
  );
});

// "unsupported startup parameter in options". What the server does not report of each change would be let in and ignored.
test('what a client asks for at its start is kept for it where that is possible, and ignored only where nothing is lost', () => {
  expect(lines('read_write')).toEqual(
    expect.arrayContaining([
      'track_extra_parameters = IntervalStyle, default_transaction_read_only',
      'ignore_startup_parameters = extra_float_digits',
    ]),
  );
});

// With PgBouncer's default clients waited 15 s for a primary that was there after 0.2 s.
test('a failed login to the server is tried again at once', () => {
  expect(lines('read_write')).toContain('server_login_retry = 0.05');
});

test.each(['allow', 'require'] as const)(
  'with TLS %s it has a certificate for clients, and verifies its servers',
  (tls) => {
    expect(pgbouncerIni({ config, which: 'read_only', tls }).split('\n')).toEqual(
      expect.arrayContaining([
        `client_tls_sslmode = ${tls}`,
        'client_tls_cert_file = /etc/pgrow/node.pem',
        'client_tls_key_file = /etc/pgrow/node.pem',
        'client_tls_ca_file = /etc/pgrow/ca.pem',
        'server_tls_sslmode = verify-ca',
        'server_tls_ca_file = /etc/pgrow/ca.pem',
      ]),
    );
    expect(pgbouncerIni({ config, which: 'read_only' })).not.toContain('tls');
  },
);

test('where applications have the same port, the console is for the worker alone', () => {
  const byAddress = pgbouncerIni({ config, which: 'read_write', byAddress: true });
  expect(byAddress).toContain('\nauth_type = hba\nauth_hba_file = /etc/pgrow/pgbouncer-hba.conf\n');
  expect(lines('read_write')).toContain('auth_type = scram-sha-256');
  // The first that fits counts.
  expect(
    pgbouncerHba('10.48.4.1')
      .split('\n')
      .filter((line) => line.startsWith('host')),
  ).toEqual([
    'host pgbouncer pgrow_admin 10.48.4.1/32 scram-sha-256',
    'host all pgrow_admin all reject',
    'host all all all scram-sha-256',
  ]);
});

test('a quote in a password does not end it', () => {
  expect(userlist({ poolerPassword: 'a"b', adminPassword: 'c' })).toContain('"pgbouncer" "a""b"\n');
});

// From a password PgBouncer made a verifier at each login to its console, and served no one for tens of milliseconds.
test('logins to the console are checked against a verifier, the same in every copy of the file', () => {
  const written = () => userlist({ poolerPassword: 'a', adminPassword: 'secret' });
  const [, verifier = ''] = /^"pgrow_admin" "(.*)"$/m.exec(written()) ?? [];
  expect(matchesVerifier('secret', verifier)).toBe(true);
  expect(written()).toBe(written());
});
