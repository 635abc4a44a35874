import { describe, expect, test } from 'vitest';
import { postgresParameters } from '../../domain/server-parameters.ts';
import { pgHba, pgpass, postgresqlConf, synchronousStandbyNames } from './parameters.ts';

const memoryBytes = 1024 ** 3;
const conf = (config: Parameters<typeof postgresqlConf>[0]['config']) =>
  postgresqlConf({
    nodeName: 'postgres-2',
    config,
    memoryBytes,
    kept: { TimeZone: 'GMT', max_connections: '400' },
  }).split('\n');
const follow = (...nodes: string[]) => conf({ kind: 'postgres', mode: 'replica', follow: nodes, slot: 'postgres_2' });

// The planner of a server with 16 GiB counted on 4 GiB of cache, PostgreSQL's default, and one with 1 GiB as well.
test.each([
  [512, { max_connections: 100, shared_buffers: '128MB', effective_cache_size: '384MB', maintenance_work_mem: '32MB' }],
  [
    1024,
    { max_connections: 200, shared_buffers: '256MB', effective_cache_size: '768MB', maintenance_work_mem: '64MB' },
  ],
  [
    16_384,
    { max_connections: 500, shared_buffers: '4096MB', effective_cache_size: '12288MB', maintenance_work_mem: '1024MB' },
  ],
  [
    65_536,
    {
      max_connections: 500,
      shared_buffers: '16384MB',
      effective_cache_size: '49152MB',
      maintenance_work_mem: '2048MB',
    },
  ],
])('settings follow from %d MiB of memory', (mebibytes, settings) => {
  expect(postgresParameters(mebibytes * 1024 * 1024)).toMatchObject(settings);
});

describe('postgresql.conf', () => {
  test('of a primary names the replicas that confirm, in quotes, because they carry hyphens', () => {
    const lines = conf({ kind: 'postgres', mode: 'primary', synchronous_standbys: ['postgres-2', 'postgres-3'] });
    expect(lines).toContain(`synchronous_standby_names = 'ANY 1 ("postgres-2", "postgres-3")'`);
  });

  test('keeps quotes and backslashes of a value as they are', () => {
    const kept = { search_path: `"it's", public`, log_timezone: 'a\\b' };
    const config = { kind: 'postgres', mode: 'primary', synchronous_standbys: [] } as const;
    const lines = postgresqlConf({ nodeName: 'postgres-1', config, memoryBytes, kept }).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([`search_path = '"it''s", public'`, String.raw`log_timezone = 'a\\b'`]),
    );
  });

  test('of an asynchronous primary names none', () => {
    expect(conf({ kind: 'postgres', mode: 'primary', synchronous_standbys: [] })).toContain(
      "synchronous_standby_names = ''",
    );
    expect(synchronousStandbyNames([])).toBe('');
  });

  test('of a replica names its primary, its own name and its slot', () => {
    const lines = follow('postgres-1');
    const conninfo = lines.find((line) => line.startsWith('primary_conninfo'));
    expect(conninfo).toContain('host=postgres-1 ');
    expect(conninfo).toContain('application_name=postgres-2');
    expect(conninfo).not.toContain('target_session_attrs');
    expect(conninfo).not.toContain('password');
    expect(lines).toContain("primary_slot_name = 'postgres_2'");
  });

  test('of a replica of several nodes lets it follow only the one that takes writes', () => {
    const conninfo = follow('postgres-3', 'postgres-4').find((line) => line.startsWith('primary_conninfo'));
    expect(conninfo).toContain('host=postgres-3,postgres-4 ');
    expect(conninfo).toContain('target_session_attrs=read-write');
  });

  test('of a replica follows by address where its upstream has one', () => {
    const config = { kind: 'postgres', mode: 'replica', follow: ['postgres-3', 'postgres-4'], slot: 's' } as const;
    const peerHost = (name: string) => name.replace('postgres-', '10.48.4.');
    expect(postgresqlConf({ nodeName: 'postgres-1', config, memoryBytes, kept: {}, peerHost })).toContain(
      "primary_conninfo = 'host=10.48.4.3,10.48.4.4 port=5432",
    );
  });

  // Its applications are at home in what it has: another search configuration finds other rows.
  test('has what the database has, in place of our own choice', () => {
    const lines = follow('postgres-1');
    expect(lines).toEqual(expect.arrayContaining(["TimeZone = 'GMT'", "max_connections = '400'"]));
    expect(lines.filter((line) => line.startsWith('max_connections'))).toHaveLength(1);
  });

  test('gives a quarter of the memory to shared buffers', () => {
    expect(postgresParameters(memoryBytes)['shared_buffers']).toBe('256MB');
  });
});

test('pg_hba.conf lets no one in without proof of who they are', () => {
  const methods = pgHba()
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).at(-1));
  expect(new Set(methods)).toEqual(new Set(['peer', 'scram-sha-256']));
});

describe('with TLS', () => {
  const replica = { kind: 'postgres', mode: 'replica', follow: ['postgres-1'], slot: 'postgres_2' } as const;
  const written = (tls?: 'allow' | 'require') =>
    postgresqlConf({ nodeName: 'postgres-2', config: replica, memoryBytes, kept: {}, tls });

  test('a server has its certificate, and verifies the one that it follows by its address', () => {
    expect(written('allow').split('\n')).toEqual(
      expect.arrayContaining([
        "ssl = 'on'",
        "ssl_cert_file = '/etc/pgrow/node.pem'",
        "ssl_key_file = '/etc/pgrow/node.pem'",
        expect.stringMatching(/^primary_conninfo = .* sslmode=verify-full sslrootcert=\/etc\/pgrow\/ca.pem'$/),
      ]),
    );
    expect(written('require')).toBe(written('allow'));
    expect(written()).not.toContain('ssl');
  });

  // `all` is every database, but not replication.
  test.each([
    ['allow', 'postgres,pgrow,replicator,rewind,pgbouncer,pgrow_reader,pgrow_probe'],
    ['require', 'all'],
  ] as const)('%s refuses plain text before anything else is asked, of %s', (tls, who) => {
    expect(pgHba(tls).split('\n')).toEqual([
      'local all postgres peer',
      'local replication postgres peer',
      `hostnossl all,replication ${who} all reject`,
      'host replication replicator all scram-sha-256',
      'host all all all scram-sha-256',
      '',
    ]);
    expect(pgHba()).not.toContain('ssl');
  });
});

test('a password with the characters that separate fields is one field of pgpass', () => {
  expect(pgpass({ replicationPassword: String.raw`a:b\c` })).toBe(String.raw`*:*:*:replicator:a\:b\\c` + '\n');
});
