import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import pino from 'pino';
import { realComponents } from '../nodes/dependencies.ts';
import { readSettings } from '../launcher/settings.ts';
import { logUnhandledRejections } from '../launcher/unhandled-rejections.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { createStore } from '../store/store.ts';
import { createPgrowClient } from '../client/client.ts';
import { createLooks } from '../looks/looks.ts';
import { serveLooks } from '../looks/serve-looks.ts';
import { fenceIsolatedLeaders } from './fence-isolated-leaders.ts';
import { failBack } from './fail-back.ts';
import { expireSnapshots } from './snapshots.ts';
import { guardLeaders, type Failing } from './guard-leaders.ts';
import { watchLeaders } from './leaders.ts';
import { watchNodes } from './nodes.ts';
import { observeDatabases } from './observe.ts';
import { refreshPoolerLookups } from './pooler-lookups.ts';
import { serveWindows } from './windows.ts';

/**
 * Composition root of the monitor. It observes, records, fails over faster than Patroni alone, and removes old snapshots;
 * without it everything else works on.
 */

const settings = readSettings();
const log = pino({ base: { program: 'monitor' } });
logUnhandledRejections(log);
const store = await createStore({
  connection: { url: settings.databaseUrl },
  encryptionKey: Buffer.from(readFileSync(settings.secretKeyPath, 'utf8').trim(), 'base64'),
});
const dependencies = {
  platform: createDockerPlatform(),
  store,
  components: realComponents,
  log,
  images: settings.images,
  home: settings.homeId,
};
const failing: Failing = new Set();
const client = createPgrowClient(settings.temporal);
const readyPath = settings.monitorReadyPath;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const looks = await serveLooks({
  path: settings.monitorLooksPath,
  looks: createLooks({ ...dependencies, client }),
  log,
});
writeFileSync(readyPath, `${process.pid}\n`);
await Promise.all([
  guardLeaders(dependencies, failing, stopping.signal),
  fenceIsolatedLeaders(dependencies, stopping.signal),
  failBack({ ...dependencies, client }, stopping.signal),
  watchNodes(dependencies, stopping.signal),
  observeDatabases(dependencies, failing, stopping.signal),
  watchLeaders(dependencies, failing, stopping.signal),
  expireSnapshots(dependencies, stopping.signal),
  refreshPoolerLookups(dependencies, stopping.signal),
  serveWindows({ ...dependencies, client }, stopping.signal),
]);
rmSync(readyPath, { force: true });
await looks.close();
await client.close();
await store.close();
