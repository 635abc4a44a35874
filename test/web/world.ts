import type { Database } from '../../src/domain/database.ts';
import { monitorLeaseName } from '../../src/domain/naming.ts';
import type { Role } from '../../src/domain/tokens.ts';
import type { Store } from '../../src/store/store.ts';
import { createFakeClient, type FakeClient } from '../support/fake-client.ts';
import { query, startMetadataServer } from '../support/metadata.ts';
import { playedApi, playedHome, type Played } from '../support/played-api.ts';
import { openFront, type Front } from './front.ts';
import { knownServer, type KnownServer } from './known-server.ts';
import { countedStatements, logOf, recordDay } from './measured.ts';
import { newTokens, tokenOf } from './page-role.ts';
import { awayWhere, engineOf, look, type PlayedParts } from './played-parts.ts';
import { openRelay, type Relay } from './relay.ts';
import { remoteOf } from './remote.ts';
import { residents, type Resident } from './residents.ts';
import { alteredByHand, changedResidents } from './changed-residents.ts';
import type { Looks } from './seen.ts';
import { crowd } from './crowd.ts';
import { settle, tellStories } from './settle.ts';
import { playWorker, type PlayedWorker } from './worker.ts';

/** A control plane with databases in every state, served with its console. Nothing of it runs but the API and its metadata. */
export interface World extends Played {
  readonly store: Store;
  readonly client: FakeClient;
  readonly worker: PlayedWorker;
  readonly front: Front;
  readonly tokens: Readonly<Record<Role, string>>;
  /** How databases look that are not as they should be, by their names. */
  readonly looks: Map<string, Looks>;
  /** What somebody has set by ALTER SYSTEM, by the database's name. */
  readonly altered: KnownServer['altered'];
  readonly parts: PlayedParts;
  /** What stands before its metadata. */
  readonly metadata: Pick<Relay, 'cut' | 'back'>;
  /** Of one that is there. */
  database(name: string): Promise<Database>;
  /** Looks at it now, as the monitor does. */
  observe(name: string): Promise<void>;
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Lets others live in it too, with what has happened to them. */
  add(...residents: readonly Resident[]): Promise<void>;
  /** Many databases that nothing ever happened to. */
  crowd(count: number): Promise<void>;
  /** What the API answers an admin. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<{ status: number; body: Answered }>;
  /** The API ends, and another begins, with the console as it is in the folder now. */
  restart(folder?: string): Promise<void>;
  close(): Promise<void>;
}

// oxlint-disable-next-line typescript/no-explicit-any
type Answered = any;

export interface WorldOptions {
  /** The built console. */
  readonly console: string;
  readonly port?: number;
  /** Whether it begins empty. */
  readonly isEmpty?: boolean;
  /** Whether the player can be asked through HTTP. */
  readonly isRemote?: boolean;
}

const observeEveryMs = 5000;

export const openWorld = async ({
  console: folder,
  port,
  isEmpty = false,
  isRemote = false,
}: WorldOptions): Promise<World> => {
  const server = await startMetadataServer();
  const url = await server.newDatabase();
  const metadata = await openRelay(url);
  const store = await server.newStore(metadata.url);
  const client = createFakeClient();
  const looks = new Map<string, Looks>();
  const known = knownServer(store, (statement) => query(url, statement));
  const parts: PlayedParts = { engine: 'up', temporal: 'up', worker: 'up', monitor: 'up', metadata: 'up' };
  const worker = playWorker(store, client);
  listenToMessages(client, worker, store);
  awayWhere(client, parts);
  const played: Played = {
    store,
    client,
    look: (database) => look(database, { looks, parts }),
    holds: {},
    changeFacts: known.changeFacts,
    samples: { every_ms: 5000, samples: [] },
    workers: { current: null, versions: [], pollers: [], pinned: [] },
    findings: [],
    passwords: ['on record'],
  };
  const newApp = (from: string) =>
    playedApi(played, () => engineOf(parts), {
      console: { folder: from },
      readSettings: known.readSettings,
      readExtensions: known.readExtensions,
      readLogs: async (container, lines) => logOf(container, lines),
      readStatements: async () => ({ container: 'postgres-1', found: countedStatements() }),
      readLogSettings: async () => ({ node: 'postgres-1', container: 'postgres-1', slow_ms: 500, failed: true }),
    });
  let app = await newApp(folder);
  const tokens = await newTokens(store);
  let remote: ReturnType<typeof remoteOf> | null = null;
  const front = await openFront({
    app,
    tokenOf: (request) => tokenOf(request, tokens),
    first: (request, response) => remote?.(request, response) ?? false,
    ...(port === undefined ? {} : { port }),
  });
  const observe = async (database: Database): Promise<void> =>
    store.recordObserved({ service_id: database.id, seen_at: await store.readClock(), live: played.look(database) });
  const observing = setInterval(() => {
    if (parts.monitor === 'up') void observeAll(store, observe).catch(() => undefined);
  }, observeEveryMs);
  const database = async (name: string): Promise<Database> => {
    const found = await store.readDatabase(name);
    if (!found) throw new Error(`the world has no database ${name}`);
    return found;
  };
  const world: World = {
    ...played,
    worker,
    front,
    tokens,
    looks,
    altered: known.altered,
    parts,
    metadata,
    database,
    observe: async (name) => observe(await database(name)),
    sql: (statement) => query(url, statement),
    add: async (...others) => {
      await settle(world, others);
      for (const { name } of others) await world.observe(name);
    },
    crowd: (count) => crowd(store, count).then(() => observeAll(store, observe)),
    async ask(method, path, body) {
      const response = await fetch(`${front.address}${path}`, {
        method,
        headers: { authorization: `Bearer ${tokens.admin}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    async restart(from = folder) {
      const next = await newApp(from);
      await next.ready();
      front.use(next);
      front.cut();
      await app.close();
      app = next;
    },
    async close() {
      clearInterval(observing);
      worker.stop();
      await front.close();
      await app.close();
      await server.stop();
      await metadata.close();
    },
  };
  remote = isRemote ? remoteOf(world) : null;
  if (!isEmpty) {
    await settle(world, [...residents, ...changedResidents]);
    for (const [name, settings] of Object.entries(alteredByHand)) known.altered.set(name, settings);
    await tellStories(world);
    for (const name of ['shop', 'reports']) await recordDay(store, name);
  }
  await observeAll(store, observe);
  return world;
};

const observeAll = async (store: Store, observe: (database: Database) => Promise<void>): Promise<void> => {
  await store.takeLease({ name: monitorLeaseName(playedHome), holder: 'monitor', lastsMs: 30_000 });
  for (const database of await store.listDatabases({})) await observe(database);
};

/** What a workflow would do with a message. */
const listenToMessages = (client: FakeClient, worker: PlayedWorker, store: Store): void => {
  const { tell, confirmWindow } = client;
  client.tell = async (...call) => {
    const answer = await tell(...call);
    worker.tell(call[0], call[1]);
    return answer;
  };
  client.confirmWindow = async (...call) => {
    const answer = await confirmWindow(...call);
    const [window] = call;
    await store.closeCheckpoint(window.checkpoint);
    await store.dropKept(window.database);
    return answer;
  };
};
