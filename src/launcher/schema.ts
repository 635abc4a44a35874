import { sealingKeysIn } from '../store/sealing-keys.ts';
import { createStore } from '../store/store.ts';
import type { Home } from './home.ts';
import { versionOfSources } from './version.ts';

/**
 * Brings the schema of the metadata up to date, before any program of this version runs.
 * @throws PgrowError `needs_operator` if this version cannot work with the schema: a newer one has changed it
 */
export const ensureSchema = async (home: Home, url: string): Promise<void> => {
  const store = await createStore({
    connection: { url },
    sealingKeys: sealingKeysIn(home.secretKeyPath),
    version: versionOfSources,
  });
  await store.close();
};
