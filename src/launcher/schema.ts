import { readFileSync } from 'node:fs';
import { createStore } from '../store/store.ts';
import type { Home } from './home.ts';
import { versionOfSources } from './version.ts';

/**
 * Brings the schema of the metadata up to date, before any program of this version runs.
 * @throws PgrowError `needs_operator` if this version cannot work with the schema: a newer one has changed it
 */
export const ensureSchema = async (home: Home, url: string): Promise<void> => {
  const encryptionKey = Buffer.from(readFileSync(home.secretKeyPath, 'utf8').trim(), 'base64');
  const store = await createStore({ connection: { url }, encryptionKey, version: versionOfSources });
  await store.close();
};
