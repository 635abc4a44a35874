import type { PgrowClient } from '../client/client.ts';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { LogFollower, Looks } from '../domain/looks.ts';
import { withFacts } from '../domain/observed-facts.ts';
import { createDoctor } from '../doctor/doctor.ts';
import { tryApplicationPassword } from '../nodes/application-password.ts';
import { readCircumstances } from '../nodes/circumstances.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { hasStayed } from '../nodes/has-stayed.ts';
import { readExtensions, readSettings } from '../nodes/read-catalogue.ts';
import { readLiveState } from '../nodes/read-live-state.ts';
import { listOlderNodes } from '../nodes/read-older-images.ts';
import { readLogSettings, readStatements } from '../nodes/read-statements.ts';
import { readPreflight } from '../nodes/preflight.ts';
import { openSession } from '../nodes/session.ts';

export interface LooksDependencies extends Pick<Dependencies, 'platform' | 'store' | 'components' | 'images' | 'home'> {
  readonly client: Pick<PgrowClient, 'isWindowServed' | 'describe' | 'howEnded' | 'undoAbandoned'>;
}

/** Limit of a removal that waits for an operation to be undone. Milliseconds. */
const undoWaitMs = 120_000;

/** Answers to what the API asks. */
export const createLooks = ({ client, ...dependencies }: LooksDependencies): Looks & LogFollower => {
  const { platform, store } = dependencies;
  const doctor = createDoctor({
    ...dependencies,
    isWindowServed: (id) => client.isWindowServed(id),
    isRunning: async (id) => (await client.describe(id))?.running ?? false,
    howEnded: async ({ service_id, run_id }) =>
      run_id === null ? 'unknown to Temporal' : client.howEnded(service_id, run_id),
    undoAbandoned: ({ id, name }) => client.undoAbandoned(id, { database: name, waitMs: undoWaitMs }),
  });
  const known = async (id: string): Promise<Database> => {
    const database = await store.readDatabase(id);
    if (!database) throw new PgrowError('not_found', `There is no database ${id}.`);
    return database;
  };
  return {
    async readLive(id) {
      const seen_at = await store.readClock();
      const database = await known(id);
      const [looked, recorded] = await Promise.all([readLiveState(dependencies, database), store.readObserved(id)]);
      const now = new Date().toISOString();
      const live = withFacts(looked, { before: recorded?.live ?? null, read: new Map(), seen_at: now });
      await store.recordObserved({ service_id: id, seen_at, live });
      return live;
    },
    readCircumstances: async (id, wanted) => readCircumstances(dependencies, await known(id), wanted),
    hasStayed: async (id, input) => hasStayed({ dependencies, session: await openSession(dependencies, id), input }),
    tryPassword: async (id, password) => tryApplicationPassword(dependencies, await known(id), password),
    readStatements: async (id, wanted) => readStatements(dependencies, await known(id), wanted),
    readOlderImages: async (id) => listOlderNodes(dependencies, await known(id)),
    readSettings: async (id) => readSettings(dependencies, await known(id)),
    readExtensions: async (id) => readExtensions(dependencies, await known(id)),
    readLogSettings: async (id) => readLogSettings(dependencies, await known(id)),
    readLogs: (...asked) => platform.readLogs(...asked),
    followLog: (...asked) => platform.followLog(...asked),
    pingEngine: () => platform.ping(),
    readPreflight: (question) => readPreflight(dependencies, question),
    examine: () => doctor.examine(),
    remove: () => doctor.remove(),
  };
};
