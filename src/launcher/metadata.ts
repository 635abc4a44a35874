import pg from 'pg';
import { serverConfinement } from '../domain/confinement.ts';
import { healthCheckOf } from '../domain/container-spec.ts';
import { labelNames } from '../domain/naming.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import type { NodeFile, Platform } from '../platform/platform.ts';
import { readKept, type Home } from './home.ts';
import { isPortFree, replacePort, type Ports } from './ports.ts';
import type { Progress } from './progress.ts';
import { metadataDatabase, metadataUrl } from './settings.ts';
import { waitUntil } from './wait-until.ts';
import { launcherError, messageOf } from './launcher-error.ts';

const startTimeoutMs = 60_000;
const stopTimeoutSeconds = 30;
const megabyte = 1024 * 1024;

/** Our own metadata PostgreSQL: one container, volume and network, all of this name. */
export const metadataName = (home: Pick<Home, 'id'>): string => `pgrow-${home.id}-metadata`;

export interface EnsureMetadata {
  readonly home: Home;
  readonly ports: Ports;
  readonly image: string;
  readonly progress: Progress;
}

/** Starts it unless it runs; returns the ports, of which its own may have had to change. */
export const ensureMetadata = async ({ home, ports, image, progress }: EnsureMetadata): Promise<Ports> => {
  const platform = createDockerPlatform();
  const name = metadataName(home);
  const state = await platform.inspectContainer(name);
  if (state?.running === true && (await whyNoLogin(metadataUrl(home, ports.metadata))) === null) return ports;
  if (state?.running === true) {
    await untilReady(platform, home, ports);
    return ports;
  }
  progress('Starting the metadata database');
  const free = await isPortFree(ports.metadata);
  const usable = free ? ports : await replacePort(home, ports, 'metadata');
  if (!free)
    progress(`Port ${ports.metadata} of the metadata database is taken by another program: using ${usable.metadata}`);
  // The container is rebuilt: its port, its image and its files are then those of today. The data is in the volume.
  await platform.removeContainer(name);
  await createContainer(platform, { home, ports: usable, image });
  await untilReady(platform, home, usable);
  return usable;
};

/** Whether there was one to stop. Its data stays. */
export const stopMetadata = async (home: Home): Promise<boolean> => {
  const platform = createDockerPlatform();
  const name = metadataName(home);
  const state = await platform.inspectContainer(name);
  if (state?.running !== true) return false;
  await platform.stopContainer(name, stopTimeoutSeconds);
  return true;
};

const createContainer = async (
  platform: Platform,
  { home, ports, image }: { home: Home; ports: Ports; image: string },
): Promise<void> => {
  const name = metadataName(home);
  const labels = { [labelNames.home]: home.id, [labelNames.kind]: 'metadata' };
  await platform.ensureNetwork({ name, labels });
  await platform.ensureVolume({ name, labels });
  await platform.ensureContainer({
    name,
    image,
    hostname: 'metadata',
    network: name,
    aliases: ['metadata'],
    mounts: [{ volume: name, path: '/var/lib/postgresql' }],
    ports: [{ container: 5432, host: ports.metadata }],
    labels,
    environment: {},
    files: metadataFiles(readKept(home.metadataPasswordPath) ?? ''),
    restart: 'unless-stopped',
    memoryBytes: 512 * megabyte,
    cpus: 1,
    sharedMemoryBytes: 64 * megabyte,
    confinement: serverConfinement({}),
    healthCheck: healthCheckOf({ kind: 'postgres' }),
  });
  await platform.startContainer(name);
};

export const metadataFiles = (password: string): readonly NodeFile[] => {
  const file = (name: string, mode: number, lines: readonly string[]): NodeFile => ({
    path: `/etc/pgrow/${name}`,
    content: `${lines.join('\n')}\n`,
    mode,
  });
  return [
    file('node.json', 0o644, [JSON.stringify({ name: 'metadata', cluster: 'metadata', mode: 'primary' })]),
    file('superuser-password', 0o600, [password]),
    file('postgresql.conf', 0o644, [
      `listen_addresses = '*'`,
      `unix_socket_directories = '/run/postgresql'`,
      `password_encryption = 'scram-sha-256'`,
      'max_connections = 60',
      `shared_buffers = '48MB'`,
      `wal_level = 'replica'`,
      `log_destination = 'stderr'`,
      `timezone = 'UTC'`,
    ]),
    file('pg_hba.conf', 0o644, [
      'local all postgres peer',
      'host all all 127.0.0.1/32 scram-sha-256',
      'host all all 0.0.0.0/0 scram-sha-256',
    ]),
  ];
};

const untilReady = async (platform: Platform, home: Home, ports: Ports): Promise<void> => {
  const name = metadataName(home);
  const check = async (): Promise<true | string> => {
    const refusal = await whyNoLogin(metadataUrl(home, ports.metadata));
    if (refusal === null) return true;
    if (refusal === missingDatabase) await createDatabase(metadataUrl(home, ports.metadata, 'postgres'));
    return refusal;
  };
  try {
    await waitUntil({ what: `the metadata database on port ${ports.metadata}`, check, timeoutMs: startTimeoutMs });
  } catch (error) {
    const reason = messageOf(error);
    throw launcherError(`${reason}. The end of its log:\n${await platform.readLogs(name, 15)}`, error);
  }
};

/** PostgreSQL's "invalid_catalog_name": there is no such database. */
const missingDatabase = '3D000';

/** Null when it lets us in, else PostgreSQL's or the network's code. */
const whyNoLogin = async (url: string): Promise<string | null> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 30_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  } finally {
    // Not waited for: a server that stands still never confirms it.
    void client.end().catch(() => undefined);
  }
};

const createDatabase = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 30_000 });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${metadataDatabase}`);
  } finally {
    void client.end().catch(() => undefined);
  }
};
