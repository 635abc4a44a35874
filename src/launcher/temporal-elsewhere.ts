import { hostname } from 'node:os';
import { PgrowError } from '../domain/errors.ts';
import type { Home } from './home.ts';
import type { Progress } from './progress.ts';
import type { TemporalSettings } from './settings.ts';

/**
 * Takes the task queue in a Temporal that is not pgrow's own, which also shows whether it lets pgrow in. One that is away
 * and was there before does not keep the rest of a control plane from starting: databases are guarded without it.
 * @throws PgrowError `refused` when the queue is another control plane's, `invalid_input`, `temporal_unavailable`
 */
export const tryTemporal = async (
  home: Home,
  settings: TemporalSettings,
  known: boolean,
  progress: Progress,
): Promise<void> => {
  // Only where it is needed: no other verb of the command line loads a client of Temporal's.
  const { createPgrowClient } = await import('../client/client.ts');
  const client = createPgrowClient(settings);
  try {
    await client.holdQueue({ home: home.id, path: home.path, host: hostname() });
  } catch (error) {
    if (!(known && error instanceof PgrowError && error.code === 'temporal_unavailable')) throw error;
    progress(error.message);
  } finally {
    await client.close();
  }
};
