import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { roles } from '../../src/domain/naming.ts';
import { ensureImages } from '../../src/launcher/images.ts';
import { metadataFiles } from '../../src/launcher/metadata.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { removeResources } from '../../src/nodes/leftovers.ts';

/** Two PostgreSQL servers: one for the metadata, and one that plays the server of every database. */
export interface Servers {
  readonly metadataUrl: string;
  /** Where every database's server is said to be. */
  readonly address: string;
  /** Logins to the server that plays all others, so far. */
  counts(): Promise<{ readonly logins: number }>;
  remove(): Promise<void>;
}

export const startServers = async (platform: Platform, name: string, say: (line: string) => void): Promise<Servers> => {
  const images = await ensureImages(say);
  const labels = { 'pgrow.bench': name };
  const password = randomBytes(12).toString('hex');
  await platform.ensureNetwork({ name, labels });
  const start = async (container: string, change: (file: string, content: string) => string): Promise<string> => {
    await platform.ensureContainer({
      name: container,
      image: images.postgres,
      hostname: container,
      network: name,
      aliases: [],
      mounts: [{ volume: container, path: '/var/lib/postgresql' }],
      ports: [],
      labels,
      environment: {},
      restart: 'no',
      memoryBytes: 4 * 1024 ** 3,
      cpus: 2,
      sharedMemoryBytes: 64 * 1024 ** 2,
      confinement: null,
    });
    const files = metadataFiles(password);
    await platform.putFiles(
      container,
      files.map((file) => ({ ...file, content: change(basename(file.path), file.content) })),
    );
    await platform.startContainer(container);
    const address = (await platform.inspectContainer(container))?.address;
    if (!address) throw new Error(`${container} has no address`);
    await untilItTakesLogins(urlOf(address, password));
    return address;
  };
  const metadata = await start(`${name}-metadata`, (_, content) => content);
  // Passwords differ from database to database: it lets in who says who it is, which costs less than SCRAM.
  const address = await start(`${name}-servers`, (file, content) => {
    if (file === 'pg_hba.conf') return 'local all postgres peer\nhost all all 0.0.0.0/0 trust\n';
    return content.replace('max_connections = 60', 'max_connections = 1500');
  });
  await run(urlOf(address, password), `CREATE ROLE ${roles.own} SUPERUSER LOGIN`);
  const counting = new pg.Pool({ connectionString: urlOf(address, password), max: 1 });
  counting.on('error', () => undefined);
  return {
    metadataUrl: urlOf(metadata, password),
    address,
    async counts() {
      const { rows } = await counting.query<{ logins: string }>(
        `SELECT sum(sessions) AS logins FROM pg_stat_database WHERE datname = 'postgres'`,
      );
      return { logins: Number(rows[0]?.logins) };
    },
    async remove() {
      await counting.end();
      const left = await removeResources(platform, await platform.findByLabels(labels));
      for (const { what, command } of left) say(`Left over: ${what}. Finish with: ${command}`);
    },
  };
};

const urlOf = (address: string, password: string): string =>
  `postgresql://postgres:${password}@${address}:5432/postgres`;

const run = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

const untilItTakesLogins = async (url: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(url, 'SELECT 1');
    } catch (error) {
      if (attempt === 120) throw error;
      await delay(500);
    }
  }
};
