import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { z } from 'zod';
import { eventStream } from '../../src/api/answers.ts';
import type { ApiOptions } from '../../src/api/api.ts';
import { problem } from '../../src/api/documents/problem.ts';
import type { ChangeFacts } from '../../src/domain/change.ts';
import type { Database } from '../../src/domain/database.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Facts } from '../../src/domain/facts.ts';
import type { LiveState } from '../../src/domain/live-state.ts';
import type { KnownWorkers } from '../../src/domain/workers.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Samples } from '../../src/domain/looks.ts';
import type { CountedStatements, LogSettings, UncountedReason } from '../../src/domain/statements.ts';
import type { Store } from '../../src/store/store.ts';
import { changeFacts } from './change-facts.ts';
import { createFakeClient, type FakeClient } from './fake-client.ts';
import { liveOf } from './live-state.ts';
import { query, startMetadataServer, type MetadataServer } from './metadata.ts';
import { playedApi, type Played } from './played-api.ts';
import { replicaTopology, sampleDatabase, samplePlan } from './sample-database.ts';

export const services = '/v1/projects/default/services';
export const shopPath = `${services}/shop/postgres`;

/** An API on a metadata database of its own, new for every test; Temporal and the nodes are played by the test. */
export interface ApiUnderTest {
  store: Store;
  client: FakeClient;
  app: FastifyInstance;
  /** What the nodes say of themselves, or why they say nothing. */
  live: LiveState | Error;
  /** What the servers hold that a plan has to reckon with; nothing at first. */
  holds: Partial<Facts>;
  /** What they say before a change. */
  changeFacts: Partial<ChangeFacts>;
  /** What the monitor has measured lately, or why it says nothing. */
  samples: Samples | Error;
  /** What each node has logged, by its container. */
  logs: Record<string, string>;
  logSettings: LogSettings | Error;
  /** Names of nodes. */
  olderImages: string[];
  /** What a server has counted of statements, or why it has not. */
  counted: CountedStatements | UncountedReason;
  /** Who asks Temporal for work. */
  workers: KnownWorkers;
  /** What a doctor finds; a removal takes it away. */
  findings: Finding[];
  /** Those that the servers take for the application's role; `on record` stands for the one that pgrow has. */
  passwords: string[];
  /** Token that may do everything; what `call` uses unless told otherwise. */
  admin: string;
  /** One statement on the metadata. */
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
  newToken(project: string, role: 'viewer' | 'operator' | 'admin'): Promise<string>;
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, call?: Call): Promise<Answer>;
  newShop(change?: Partial<Database>): Promise<Database>;
  shopAtStage(topologyOf: (database: Database) => Database['topology']): Promise<Database>;
  /** What a worker does first. */
  recordOperation(database: Database, id: string, plan?: Plan): Promise<void>;
  /** From now on a worker takes up what is started on this database. */
  takeUp(database: Database): void;
  /** From now on a worker takes up the creation of a database. */
  takeUpCreation(): void;
  openCheckpoint(database: Database, plan?: Plan): ReturnType<Store['openCheckpoint']>;
}

interface Call {
  readonly body?: unknown;
  readonly token?: string | null;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

/** Registers the set-up and tear-down of a test file. */
export const useApi = (
  change: Partial<Pick<ApiOptions, 'requests' | 'hosts' | 'console' | 'allowsInsecureWeb'>> = {},
): ApiUnderTest => {
  let server: MetadataServer;
  beforeAll(async () => {
    server = await startMetadataServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    const url = await server.newDatabase();
    api.store = await server.newStore(url);
    api.sql = (statement) => query(url, statement);
    api.client = createFakeClient();
    api.live = liveOf('healthy');
    api.findings = [];
    api.logs = {};
    api.logSettings = { node: 'postgres-1', container: 'shop-postgres-1', slow_ms: null, failed: true };
    api.counted = 'not loaded';
    api.olderImages = [];
    api.samples = { every_ms: 5000, samples: [] };
    api.workers = { current: null, versions: [], pollers: [], pinned: [] };
    api.passwords = ['on record'];
    api.holds = {};
    api.changeFacts = {};
    api.app = await playedApi(playedBy(api), () => void liveOrThrow(api), {
      readLogs: async (container) => api.logs[container] ?? '',
      readStatements: async () => ({ container: 'shop-postgres-1', found: api.counted }),
      readOlderImages: async () => api.olderImages,
      readLogSettings: async () => {
        if (api.logSettings instanceof Error) throw api.logSettings;
        return api.logSettings;
      },
      ...change,
    });
    api.admin = await api.newToken('*', 'admin');
  });
  afterEach(async () => {
    await api.app.close();
    // All of a file's together would be more connections than the server has.
    await api.store.close();
  });
  const api = underTest();
  return api;
};

const liveOrThrow = ({ live }: ApiUnderTest): LiveState => {
  if (live instanceof Error) throw live;
  return live;
};

/** What a test changes is what is played from then on. */
const playedBy = (api: ApiUnderTest): Played => ({
  store: api.store,
  client: api.client,
  look: () => liveOrThrow(api),
  get holds() {
    return api.holds;
  },
  changeFacts: async () => changeFacts(api.changeFacts),
  get samples() {
    return api.samples;
  },
  get workers() {
    return api.workers;
  },
  get findings() {
    return api.findings;
  },
  get passwords() {
    return api.passwords;
  },
});

/** Every answer is as the OpenAPI document describes it. */
const parseAnswer = (
  app: FastifyInstance,
  { method, url, status, body }: { method: string; url: string; status: number; body: unknown },
): void => {
  const path = url.split('?', 1)[0] ?? url;
  if (path === '/openapi.json') return;
  const matches = (pattern: string) => new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path);
  const route = app.documentedRoutes.find((each) => each.method === method && matches(each.url));
  if (status === 304 && route?.polled) return;
  const answer = status >= 400 ? problem : route?.answers[status as 200];
  if (!answer || answer === eventStream)
    throw new Error(`${method} ${path} answers ${status}, which is not documented`);
  const { error } = answer.safeParse(body);
  if (error)
    throw new Error(`${method} ${path} answers ${status} otherwise than documented: ${z.prettifyError(error)}`);
};

const underTest = (): ApiUnderTest => {
  const api: Omit<
    ApiUnderTest,
    | 'store'
    | 'sql'
    | 'client'
    | 'app'
    | 'live'
    | 'samples'
    | 'logs'
    | 'logSettings'
    | 'counted'
    | 'olderImages'
    | 'holds'
    | 'changeFacts'
    | 'findings'
    | 'workers'
    | 'passwords'
    | 'admin'
  > = {
    async newToken(project, role) {
      const token = randomBytes(24).toString('base64url');
      await ready.store.createToken({
        token,
        project,
        role,
        name: `${role} of ${project}`,
        created_by: 'tests',
        expires_in: null,
      });
      return token;
    },
    async call(method, url, { body: payload, token = ready.admin, key, headers } = {}) {
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await ready.app.inject({
        method,
        url,
        headers: { ...authorization, ...(key !== undefined && { 'idempotency-key': key }), ...headers },
        ...(payload !== undefined && { payload: payload as object }),
      });
      const body = response.body === '' ? {} : response.json<Record<string, unknown>>();
      parseAnswer(ready.app, { method, url, status: response.statusCode, body });
      return { status: response.statusCode, headers: response.headers, body };
    },
    newShop: (change = {}) => ready.store.registerDatabase(sampleDatabase('shop', change)),
    async shopAtStage(topologyOf) {
      const shop = sampleDatabase('shop');
      return ready.store.registerDatabase({ ...shop, topology: topologyOf(shop) });
    },
    recordOperation: (database, id, plan = samplePlan(database, replicaTopology(database))) =>
      ready.store.beginOperation({
        id,
        service_id: database.id,
        workflow_id: `pgrow/${database.id}`,
        run_id: 'run-1',
        type: plan.type,
        plan,
        actor: 'tests',
      }),
    takeUp(database) {
      ready.client.onStart = ({ input }) => ready.recordOperation(database, input.operation_id);
    },
    takeUpCreation() {
      ready.client.onStart = async ({ input }) => {
        const database = sampleDatabase(input.name ?? 'shop', { id: input.service_id });
        await ready.recordOperation(await ready.store.registerDatabase(database), input.operation_id);
      };
    },
    async openCheckpoint(database, plan) {
      const operation_id = randomUUID();
      await ready.recordOperation(database, operation_id, plan);
      await ready.store.endOperation({ id: operation_id, status: 'done', stall_ms: 0, error: null });
      return ready.store.openCheckpoint({
        service_id: database.id,
        operation_id,
        stage: 2,
        snapshot_id: null,
        nodes_created: [],
        config_changes: [],
        health_check_endpoint: 'http://postgres-1:8008/cluster',
        rollback_available_until: '2031-01-01T10:30:00.000Z',
      });
    },
  };
  const ready = api as ApiUnderTest;
  return ready;
};
