import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { variableNames } from './compose-images.ts';
import { repositoryRoot } from './paths.ts';
import { stopGraceMs } from './services.ts';

interface Service {
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly image?: string;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: object;
  readonly mem_limit?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const text = readFileSync(join(repositoryRoot, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>> };
const all = Object.entries(services);
/** Those that end and are awaited. */
const once = ['secrets', 'database-setup', 'temporal-schema', 'temporal-namespace', 'prepare'];
const lasting = all.filter(([name]) => !once.includes(name));

const mountedBy = (volume: string): readonly string[] =>
  all.filter(([, { volumes = [] }]) => volumes.some((mount) => mount.includes(volume))).map(([name]) => name);

test('the services are those of the documentation', () => {
  expect(lasting.map(([name]) => name)).toEqual(['database', 'temporal', 'ui', 'worker', 'monitor', 'api']);
});

describe.for(all)('%s', ([name, service]) => {
  test('listens on loopback only, unless told otherwise', () => {
    // What has no login cannot be opened by mistake.
    const address = name === 'api' ? '${PGROW_BIND_ADDRESS:-127.0.0.1}:' : '127.0.0.1:';
    for (const port of service.ports ?? []) expect(port.startsWith(address), port).toBe(true);
  });

  test('has limits of memory and of logs, and no privileges', () => {
    expect(service).toMatchObject({
      mem_limit: expect.any(String),
      init: true,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    });
  });

  test('has no secret in its environment', () => {
    const names = Object.keys(service.environment ?? {});
    expect(names.filter((key) => /PASSWORD|PWD|SECRET|TOKEN|API_KEY/.test(key) && !key.endsWith('_FILE'))).toEqual([]);
    expect(
      Object.values(service.environment ?? {}).filter((value) => /:\/\/[^/@]*:[^/@]*@/.test(String(value))),
    ).toEqual([]);
  });

  test('waits for what it needs to be healthy, or done', () => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {}))
      expect([needed, condition]).toEqual([
        needed,
        once.includes(needed) ? 'service_completed_successfully' : 'service_healthy',
      ]);
  });

  test('starts again by itself exactly if it is not to end', () => {
    expect(service.restart).toBe(once.includes(name) ? 'no' : 'unless-stopped');
    expect(service.healthcheck === undefined).toBe(once.includes(name));
  });
});

test('the Docker socket is where nodes are made or looked at', () => {
  expect(mountedBy('docker.sock')).toEqual(['prepare', 'worker', 'monitor']);
});

test('a password is mounted by its users alone', () => {
  expect(mountedBy('secret-superuser:')).toEqual(['secrets', 'database', 'database-setup']);
  expect(mountedBy('secret-temporal:')).toEqual(['secrets', 'database-setup', 'temporal-schema', 'temporal']);
  expect(mountedBy('secret-metadata:')).toEqual(['secrets', 'database-setup', 'prepare', 'worker', 'monitor', 'api']);
});

// What an image declares as a volume and no one mounts is a volume without a name, left behind by each container.
test('the data directory of the PostgreSQL image is mounted by all that run it', () => {
  const users = all.filter(([, { image }]) => image?.includes('PGROW_POSTGRES_IMAGE'));
  expect(users.map(([name]) => name)).toEqual(['secrets', 'database', 'database-setup']);
  for (const [name, { volumes = [], tmpfs = [] }] of users)
    expect([name, ...volumes, ...tmpfs].join(' ')).toContain('/var/lib/postgresql/data');
});

// The engine kills a worker that is still ending its activities, which then wait for their heartbeats to be missed.
test.for(['worker', 'monitor', 'api'] as const)('the %s may end as slowly as it does elsewhere', (name) => {
  expect(Number.parseInt(services[name]?.stop_grace_period ?? '0', 10) * 1000).toBeGreaterThan(stopGraceMs[name]);
});

test('what "pgrow images --compose" writes into .env is read, and images have defaults', () => {
  for (const name of variableNames) expect(text).toMatch(new RegExp(`\\$\\{${name}(:-|:\\?)`));
});
