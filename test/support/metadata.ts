import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { metadataFiles } from '../../src/launcher/metadata.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { createStack } from '../images/support.ts';
import { retryUntil } from './retry-until.ts';

/** A PostgreSQL server for tests of the metadata, and as many empty databases on it as a test wants. */
export interface MetadataServer {
  /** Connection string of a new, empty database. */
  newDatabase(): Promise<string>;
  /** A store, on a new database unless one is given. */
  newStore(url?: string): Promise<Store>;
  stop(): Promise<void>;
}

/** A container of our own image, reached in its network, so that no port can be taken. */
export const startMetadataServer = async (): Promise<MetadataServer> => {
  const stack = await createStack();
  const password = randomBytes(12).toString('hex');
  const files = Object.fromEntries(metadataFiles(password).map(({ path, content }) => [basename(path), content]));
  await stack.start({ name: 'metadata', image: 'postgres', files, data: '/var/lib/postgresql' });
  const address = await retryUntil('the address of the metadata server', async () => {
    const state = await stack.platform.inspectContainer(stack.container('metadata'));
    if (!state?.address) throw new Error('not running yet');
    return state.address;
  });
  const url = (database: string) => `postgresql://postgres:${password}@${address}:5432/${database}`;
  await retryUntil('PostgreSQL for the metadata', () => query(url('postgres'), 'SELECT 1'));

  const stores: Store[] = [];
  const newDatabase = async (): Promise<string> => {
    const name = `metadata_${randomBytes(4).toString('hex')}`;
    await query(url('postgres'), `CREATE DATABASE ${name}`);
    return url(name);
  };
  return {
    newDatabase,
    async newStore(given) {
      const key = randomBytes(32);
      const store = await createStore({
        connection: { url: given ?? (await newDatabase()) },
        sealingKeys: () => [key],
      });
      stores.push(store);
      return store;
    },
    async stop() {
      // Some have been closed by their tests.
      await Promise.all(stores.map((store) => store.close().catch(() => undefined)));
      await stack.remove();
    },
  };
};

/** Runs one statement on a connection of its own. */
export const query = async (url: string, statement: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
};
