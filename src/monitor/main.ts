import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { realComponents } from '../nodes/dependencies.ts';
import { trimLogs } from '../launcher/log-files.ts';
import { readSettings } from '../launcher/settings.ts';
import { logUnhandledRejections } from '../launcher/unhandled-rejections.ts';
import { versionOfSources } from '../launcher/version.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { monitorLeaseName } from '../domain/naming.ts';
import { metricsPorts } from '../domain/metrics.ts';
import { sealingKeysIn } from '../store/sealing-keys.ts';
import { createStore } from '../store/store.ts';
import { serveMetrics } from '../telemetry/serve-metrics.ts';
import { openTracing } from '../telemetry/tracing.ts';
import { createPgrowClient } from '../client/client.ts';
import { createLooks } from '../looks/looks.ts';
import { serveLooks } from '../looks/serve-looks.ts';
import { atIntervals } from './at-intervals.ts';
import { compareHeld } from './compare-held.ts';
import { fenceIsolatedLeaders } from './fence-isolated-leaders.ts';
import { failBack } from './fail-back.ts';
import { dropHistory } from './history.ts';
import { expireSnapshots } from './snapshots.ts';
import { guardLeaders, type Failing } from './guard-leaders.ts';
import { whileHolding } from './lease.ts';
import { watchLeaders } from './leaders.ts';
import { markUnmarked } from './mark-unmarked.ts';
import { createLooking } from './looking.ts';
import { monitorGauges } from './gauges.ts';
import { watchNodes } from './nodes.ts';
import { sendNotices } from './notices.ts';
import { observeDatabases } from './observe.ts';
import { renewCertificates } from './renew-certificates.ts';
import { refreshPoolerLookups } from './pooler-lookups.ts';
import { createSampler } from './sample-databases.ts';
import { serveWindows } from './windows.ts';

/**
 * Composition root of the monitor. It observes, records, fails over faster than Patroni alone, and removes old snapshots;
 * without it everything else works on.
 */

const trimEveryMs = 60_000;

const settings = readSettings();
const log = pino({ base: { program: 'monitor' } });
logUnhandledRejections(log);
const store = await createStore({
  connection: { url: settings.databaseUrl },
  sealingKeys: sealingKeysIn(settings.secretKeyPath),
  version: versionOfSources,
});
const dependencies = {
  platform: createDockerPlatform(),
  store,
  components: realComponents,
  log,
  images: settings.images,
  home: settings.homeId,
};
const { metrics: served, collector } = settings.telemetry;
const tracing = await openTracing({ program: 'monitor', collector });
const client = createPgrowClient(settings.temporal, tracing?.client);
const readyPath = settings.monitorReadyPath;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const sampler = createSampler(dependencies);
const looks = await serveLooks({
  path: settings.monitorLooksPath,
  looks: { ...createLooks({ ...dependencies, client }), readSamples: sampler.readSamples },
  log,
});
const metrics = await serveMetrics({
  address: served && { host: served.host, port: metricsPorts(served.port).monitor },
  gauges: monitorGauges(store),
  log,
});
writeFileSync(readyPath, `${process.pid}\n`);
const act = async (signal: AbortSignal): Promise<void> => {
  const failing: Failing = new Set();
  const looking = createLooking(dependencies);
  await Promise.all([
    guardLeaders(dependencies, failing, signal),
    fenceIsolatedLeaders(dependencies, signal),
    failBack({ ...dependencies, client }, signal),
    watchNodes(dependencies, signal),
    observeDatabases(dependencies, failing, signal, { looking }),
    sampler.run(failing, looking, signal),
    watchLeaders(dependencies, failing, signal),
    expireSnapshots(dependencies, signal),
    dropHistory({ ...dependencies, retention: settings.retention }, signal),
    atIntervals({
      whenItFails: 'logs not trimmed',
      everyMs: trimEveryMs,
      log,
      signal,
      once: () => trimLogs(join(settings.home, 'logs')),
    }),
    refreshPoolerLookups(dependencies, signal),
    renewCertificates({ ...dependencies, client }, signal),
    compareHeld(dependencies, signal),
    markUnmarked(dependencies, signal),
    serveWindows({ ...dependencies, client }, signal),
    sendNotices({ ...dependencies, client }, signal),
  ]);
  looking.sessions.close();
};
const lease = { name: monitorLeaseName(settings.homeId), holder: settings.monitorLeaseHolder };
await whileHolding({ store, log, ...lease, signal: stopping.signal }, act);
rmSync(readyPath, { force: true });
await looks.close();
await metrics.close();
await client.close();
await store.close();
await tracing?.close();
