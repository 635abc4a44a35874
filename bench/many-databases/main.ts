import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Database } from '../../src/domain/database.ts';
import { nodeLabels, networkName } from '../../src/domain/naming.ts';
import { firstTopology } from '../../src/domain/plan/create.ts';
import { openHome } from '../../src/launcher/home.ts';
import { writeImages } from '../../src/launcher/settings.ts';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import type { createStore } from '../../src/store/store.ts';
import { startProcess, type MeasuredProcess } from './process.ts';
import { startServers, type Servers } from './servers.ts';
import { simulateEngine, type SimulatedEngine } from './simulated-engine.ts';

/**
 * What many databases cost at rest: API and monitor of a checkout run beside a simulated engine on which all containers are
 * healthy, and one real PostgreSQL that plays the server of every database. `node bench/many-databases/main.ts`
 */

const { values } = parseArgs({
  options: {
    databases: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    lists: { type: 'string', default: '20' },
    checkout: { type: 'string', default: '.' },
  },
});
const [count, seconds, lists] = [Number(values.databases), Number(values.seconds), Number(values.lists)];
const checkout = resolve(values.checkout);
const apiPort = await freePort();

/** Of the loopback interface, free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const newDatabases = (home: string): Database[] =>
  Array.from({ length: count }, (_, index) => {
    const draft = { id: randomUUID(), name: `db-${index}`, home };
    const port = (offset: number) => 100_000 + index * 6 + offset;
    const ports = {
      postgres: port(0),
      pooled: port(1),
      pooled_read_only: port(2),
      read_write: port(3),
      read_only: port(4),
      stats: port(5),
    };
    return { ...draft, project: 'default', postgres_major: 17, ports, topology: firstTopology(draft) };
  });

/** With the schema of the checkout that is measured. */
const record = async (url: string, key: Buffer, databases: readonly Database[]): Promise<void> => {
  const module = (await import(join(checkout, 'src/store/store.ts'))) as { createStore: typeof createStore };
  const store = await module.createStore({ connection: { url }, sealingKeys: () => [key] });
  for (const database of databases) {
    await store.registerDatabase(database);
    const names = ['superuser', 'own', 'reader', 'probe', 'replication', 'rewind', 'pooler', 'pooler_admin'];
    await store.ensureSecrets(database.id, [...names, 'application']);
  }
  await store.close();
};

interface Counts {
  readonly cpu: number;
  readonly calls: number;
  readonly inspects: number;
  readonly logins: number;
}

const countsOf = async (measured: MeasuredProcess, engine: SimulatedEngine, servers: Servers): Promise<Counts> => ({
  cpu: measured.cpuSeconds(),
  calls: Object.values(engine.calls).reduce((sum, calls) => sum + calls, 0),
  inspects: engine.calls['inspect'] ?? 0,
  ...(await servers.counts()),
});

/** What `work` has cost, with the milliseconds it took. */
const costOf = async (counts: () => Promise<Counts>, work: () => Promise<unknown>) => {
  const before = await counts();
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  const after = await counts();
  const of = (name: keyof Counts) => after[name] - before[name];
  return {
    ms,
    cpu: of('cpu'),
    calls: of('calls'),
    inspects: of('inspects'),
    logins: of('logins'),
  };
};

const measure = async (home: string, servers: Servers): Promise<object> => {
  const { id, path, secretKeyPath, tokenPath } = openHome(home);
  const images = { postgres: 'x', postgres_15: 'x', postgres_18: 'x', pgbouncer: 'x', haproxy: 'x', etcd: 'x' };
  writeImages({ path } as Parameters<typeof writeImages>[0], images);
  const databases = newDatabases(id);
  await record(servers.metadataUrl, Buffer.from(readFileSync(secretKeyPath, 'utf8').trim(), 'base64'), databases);
  const containers = databases.flatMap((database) =>
    database.topology.nodes.map((node) => ({
      name: node.container,
      network: networkName(database),
      address: servers.address,
      labels: nodeLabels(database, node, 'bench'),
    })),
  );
  const socket = join(home, 'engine.sock');
  const engine = await simulateEngine(socket, containers);
  const environment = {
    PGROW_HOME: home,
    DATABASE_URL: servers.metadataUrl,
    DOCKER_HOST: `unix://${socket}`,
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    PGROW_API_PORT: String(apiPort),
  };
  const monitor = startProcess({ checkout, name: 'monitor', home, environment });
  const api = startProcess({ checkout, name: 'api', home, environment });
  try {
    await untilItAnswers();
    // Logins and code that is used for the first time.
    await delay(30_000);
    const monitored = await costOf(
      () => countsOf(monitor, engine, servers),
      () => delay(seconds * 1000),
    );
    const resting = await costOf(
      () => countsOf(api, engine, servers),
      () => delay(seconds * 250),
    );
    const token = readFileSync(tokenPath, 'utf8').trim();
    await list(token);
    const times: number[] = [];
    const listing = await costOf(
      () => countsOf(api, engine, servers),
      async () => {
        for (let request = 0; request < lists; request += 1) times.push(await list(token));
      },
    );
    // What the monitor does meanwhile is not the list's.
    const monitorsShare = listing.ms / 1000 / seconds;
    const perList = (name: 'calls' | 'logins') =>
      Math.max(0, Math.round((listing[name] - monitored[name] * monitorsShare) / lists));
    const perSecond = (name: 'calls' | 'inspects' | 'logins') => Number((monitored[name] / seconds).toFixed(1));
    return {
      databases: count,
      checkout,
      cores: availableParallelism(),
      load: Number(loadavg()[0]?.toFixed(1)),
      list: {
        median_ms: Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0),
        longest_ms: Math.round(Math.max(...times)),
        engine_calls: perList('calls'),
        logins: perList('logins'),
        api_cpu_ms: Math.round((listing.cpu / lists) * 1000),
      },
      at_rest: {
        monitor_cpu_percent: Number(((monitored.cpu / seconds) * 100).toFixed(1)),
        monitor_mb: monitor.memoryMb(),
        api_cpu_percent: Number(((resting.cpu / (seconds / 4)) * 100).toFixed(1)),
        api_mb: api.memoryMb(),
        engine_calls_per_second: perSecond('calls'),
        inspects_per_second: perSecond('inspects'),
        logins_per_second: perSecond('logins'),
      },
    };
  } finally {
    await Promise.all([monitor.stop(), api.stop()]);
    engine.close();
  }
};

const url = `http://127.0.0.1:${apiPort}`;

const untilItAnswers = async (): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const answers = await fetch(`${url}/openapi.json`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    if (attempt === 120) throw new Error('the API does not answer');
    await delay(500);
  }
};

/** Milliseconds */
const list = async (token: string): Promise<number> => {
  const began = performance.now();
  const response = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  const { databases = [], detail } = (await response.json()) as { databases?: { health: string }[]; detail?: string };
  const took = performance.now() - began;
  if (!response.ok) say(`The list was answered with ${response.status} after ${Math.round(took)} ms: ${detail}`);
  const healthy = databases.filter(({ health }) => health === 'healthy').length;
  if (healthy !== count) say(`${healthy} of ${count} databases are shown as healthy`);
  return took;
};

const home = mkdtempSync(join(tmpdir(), 'pgrow-many-'));
const servers = await startServers(createDockerPlatform(), `pgrow-many-${randomBytes(4).toString('hex')}`, say);
try {
  process.stdout.write(`${JSON.stringify(await measure(home, servers), null, 2)}\n`);
} finally {
  await servers.remove();
  rmSync(home, { recursive: true, force: true });
}
