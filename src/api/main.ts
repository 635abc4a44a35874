import { readFileSync } from 'node:fs';
import pino from 'pino';
import { tryApplicationPassword } from '../nodes/application-password.ts';
import { realComponents } from '../nodes/dependencies.ts';
import { createPgrowClient } from '../client/client.ts';
import { createDoctor } from '../doctor/doctor.ts';
import { readSettings } from '../launcher/settings.ts';
import { logUnhandledRejections } from '../launcher/unhandled-rejections.ts';
import { nodeReaders } from '../nodes/node-readers.ts';
import { readLiveState } from '../nodes/live-state.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { createStore } from '../store/store.ts';
import { createApi } from './api.ts';

/** Composition root of the API. Listens on loopback by default, and ends on SIGTERM. */

const settings = readSettings();
const logger = pino({ base: { program: 'api' }, level: 'warn' });
logUnhandledRejections(logger);
const store = await createStore({
  connection: { url: settings.databaseUrl },
  encryptionKey: Buffer.from(readFileSync(settings.secretKeyPath, 'utf8').trim(), 'base64'),
});
await store.ensureToken({
  token: readFileSync(settings.tokenPath, 'utf8').trim(),
  project: '*',
  role: 'admin',
  actor: 'cli',
});
const client = createPgrowClient({ address: settings.temporalAddress });
// Needed only where Temporal is not ours; a start that misses them says so.
await client
  .registerSearchAttributes()
  .catch((error: unknown) => logger.warn({ err: error }, 'search attributes not registered'));
const platform = createDockerPlatform();
const dependencies = { platform, store, components: realComponents };

/** Limit of a request that waits for an operation to be undone. Milliseconds. */
const putBackWaitMs = 120_000;

const app = await createApi({
  store,
  client,
  home: settings.homeId,
  nodes: nodeReaders(dependencies),
  readLive: (database) => readLiveState(dependencies, database),
  tryPassword: (database, password) => tryApplicationPassword(dependencies, database, password),
  doctor: createDoctor({
    ...dependencies,
    home: settings.homeId,
    isWindowServed: (id) => client.isWindowServed(id),
    isRunning: async (id) => (await client.describe(id))?.running ?? false,
    howEnded: async ({ service_id, run_id }) =>
      run_id === null ? 'unknown to Temporal' : client.howEnded(service_id, run_id),
    putBack: ({ id, name }) => client.putBack(id, { database: name, waitMs: putBackWaitMs }),
  }),
  readLogs: (container, lines, mostBytes) => platform.readLogs(container, lines, mostBytes),
  addresses: { api: settings.apiUrl, temporal_web: settings.temporalWeb, temporal_address: settings.temporalAddress },
  logger,
});
await app.listen({ host: settings.apiHost, port: settings.apiPort });

const stop = async (): Promise<void> => {
  await app.close();
  await client.close();
  await store.close();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
