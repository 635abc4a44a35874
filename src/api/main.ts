import pino from 'pino';
import { createPgrowClient } from '../client/client.ts';
import { openKnownWorkers } from '../client/known-workers.ts';
import { deploymentNameOf } from '../domain/naming.ts';
import { workersDocument } from '../domain/workers.ts';
import { looksSockets } from '../launcher/looks-sockets.ts';
import { admitOwnToken } from '../launcher/own-token.ts';
import { readPrepared } from '../launcher/prepared.ts';
import { addressesIn, readSettings } from '../launcher/settings.ts';
import { logUnhandledRejections } from '../launcher/unhandled-rejections.ts';
import { versionOfSources } from '../launcher/version.ts';
import { metricsPorts } from '../domain/metrics.ts';
import { sealingKeysIn } from '../store/sealing-keys.ts';
import { createStore } from '../store/store.ts';
import { serveMetrics } from '../telemetry/serve-metrics.ts';
import { openTracing } from '../telemetry/tracing.ts';
import { createApi } from './api.ts';
import { servedHosts } from './check-host.ts';
import { askLogs, askLooks, askSamples } from './ask-looks.ts';
import { controlPlaneGauges } from './gauges.ts';

/** Composition root of the API. Listens on loopback by default, and ends on SIGTERM. */

const settings = readSettings();
const logger = pino({ base: { program: 'api' }, level: 'warn' });
logUnhandledRejections(logger);
const store = await createStore({
  connection: { url: settings.databaseUrl },
  sealingKeys: sealingKeysIn(settings.secretKeyPath),
  version: versionOfSources,
});
await admitOwnToken({ file: settings.tokenPath, store }, (line) => logger.warn(line));
const { metrics: served, collector } = settings.telemetry;
const tracing = await openTracing({ program: 'api', collector });
const client = createPgrowClient(settings.temporal, tracing?.client);
const workers = openKnownWorkers(settings.temporal, deploymentNameOf(settings.homeId));
const sockets = looksSockets({ path: settings.home });
const looks = askLooks(sockets);

const app = await createApi({
  hosts: servedHosts(settings),
  console: settings.consoleFolder === null ? null : { folder: settings.consoleFolder },
  allowsInsecureWeb: settings.allowsInsecureWeb,
  store,
  client,
  home: settings.homeId,
  version: versionOfSources(),
  prices: settings.prices,
  nodes: { readCircumstances: ({ id }, wanted) => looks.readCircumstances(id, wanted), hasStayed: looks.hasStayed },
  readLive: ({ id }) => looks.readLive(id),
  tryPassword: ({ id }, password) => looks.tryPassword(id, password),
  readLogs: looks.readLogs,
  readStatements: looks.readStatements,
  readLogSettings: looks.readLogSettings,
  readSettings: looks.readSettings,
  readExtensions: looks.readExtensions,
  readOlderImages: looks.readOlderImages,
  pingEngine: looks.pingEngine,
  readPreflight: looks.readPreflight,
  ...askLogs(sockets),
  ...askSamples(sockets),
  doctor: looks,
  readWorkers: async () => workersDocument(await workers.read(), readPrepared({ path: settings.home })),
  addresses: addressesIn(settings),
  logger,
});
const metrics = await serveMetrics({
  address: served && { host: served.host, port: metricsPorts(served.port).api },
  gauges: controlPlaneGauges({ store, client }),
  log: logger,
});
await app.listen({ host: settings.apiHost, port: settings.apiPort });

const stop = async (): Promise<void> => {
  await app.close();
  await metrics.close();
  await client.close();
  await workers.close();
  await store.close();
  await tracing?.close();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
