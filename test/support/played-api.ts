import type { ExtensionsSeen } from '../../src/domain/extension-list.ts';
import type { SettingsSeen } from '../../src/domain/setting-catalogue.ts';
import type { FastifyInstance } from 'fastify';
import { createApi, type ApiOptions } from '../../src/api/api.ts';
import { planAhead } from '../../src/api/plan-ahead.ts';
import type { ChangeFacts, ChangeQuestion } from '../../src/domain/change.ts';
import type { Database } from '../../src/domain/database.ts';
import type { Facts } from '../../src/domain/facts.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { LiveState, Member } from '../../src/domain/live-state.ts';
import type { Samples } from '../../src/domain/looks.ts';
import { usualPrices } from '../../src/domain/prices.ts';
import { workersDocument, type KnownWorkers } from '../../src/domain/workers.ts';
import type { NodeReaders } from '../../src/planning/planning.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeClient } from './fake-client.ts';
import { nothingHeld } from './sample-database.ts';

/** What stands behind an API whose Temporal and nodes are played. All of it may be changed while the API serves. */
export interface Played {
  readonly store: Store;
  readonly client: FakeClient;
  /** What the nodes say of themselves. @throws PgrowError why they say nothing */
  look(database: Database): LiveState;
  /** What the servers hold that a plan has to reckon with. */
  readonly holds: Partial<Facts>;
  /** What a change has to know of the servers. Default: nothing is known. */
  readonly changeFacts?: (database: Database, question: ChangeQuestion) => Promise<ChangeFacts>;
  /** What the monitor has measured lately, or why it says nothing. */
  readonly samples: Samples | Error;
  /** Who asks Temporal for work. */
  readonly workers: KnownWorkers;
  /** What a doctor finds; a removal takes it away. */
  readonly findings: Finding[];
  /** Those that the servers take for the application's role; `on record` stands for the one that pgrow has. */
  readonly passwords: readonly string[];
}

export const playedHome = '1a2b3c4d';

/** As a server of PostgreSQL 17 says it, of three settings. */
const playedSettings: SettingsSeen = {
  node: 'postgres-1',
  settings: [
    {
      name: 'work_mem',
      category: 'Resource Usage / Memory',
      description: 'Sets the maximum memory to be used for query workspaces.',
      type: 'integer',
      unit: 'kB',
      min: '64',
      max: '2147483647',
      choices: null,
      context: 'user',
      value: '77MB',
      by_default: '4096',
    },
    {
      name: 'shared_buffers',
      category: 'Resource Usage / Memory',
      description: 'Sets the number of shared memory buffers used by the server.',
      type: 'integer',
      unit: '8kB',
      min: '16',
      max: '1073741823',
      choices: null,
      context: 'postmaster',
      value: '256MB',
      by_default: '16384',
    },
    {
      name: 'wal_level',
      category: 'Write-Ahead Log / Settings',
      description: 'Sets the level of information written to the WAL.',
      type: 'enum',
      unit: null,
      min: null,
      max: null,
      choices: ['minimal', 'replica', 'logical'],
      context: 'postmaster',
      value: 'replica',
      by_default: 'replica',
    },
  ],
  by_alter_system: { work_mem: '77MB' },
};

const playedExtensions: ExtensionsSeen = {
  node: 'postgres-1',
  extensions: [
    { name: 'dblink', version: '1.2', installed: null, comment: 'connect to other PostgreSQL databases' },
    {
      name: 'pg_stat_statements',
      version: '1.11',
      installed: null,
      comment: 'track planning and execution statistics',
    },
    { name: 'plpgsql', version: '1.0', installed: '1.0', comment: 'PL/pgSQL procedural language' },
  ],
};

/** The real API. The plans of its operations are those that it shows. */
export const playedApi = async (
  played: Played,
  engine: () => void,
  change: Partial<ApiOptions> = {},
): Promise<FastifyInstance> => {
  const { store, client } = played;
  const planning = { store, home: playedHome, nodes: nodeReaders(played), prices: usualPrices };
  client.plan = (request) => planAhead(planning, request);
  return createApi({
    ...planning,
    client,
    version: '0.1.0 (tests)',
    hosts: ['localhost', '127.0.0.1'],
    console: null,
    allowsInsecureWeb: false,
    readLogs: async () => '',
    readStatements: async () => ({ container: 'postgres-1', found: 'not loaded' }),
    readLogSettings: async () => ({ node: 'postgres-1', container: 'postgres-1', slow_ms: null, failed: true }),
    readSettings: async () => playedSettings,
    readExtensions: async () => playedExtensions,
    readOlderImages: async () => [],
    readPreflight: async ({ plan }) => [{ check: 'engine', ok: true, says: `Docker answers before ${plan.type}` }],
    pingEngine: async () => engine(),
    async *followLog() {},
    readSamples: async () => {
      if (played.samples instanceof Error) throw played.samples;
      return played.samples;
    },
    doctor: {
      examine: async () => played.findings,
      remove: async () => ({ removed: played.findings.splice(0), failed: [] }),
    },
    readWorkers: async () => workersDocument(played.workers, []),
    addresses: {
      api: 'http://127.0.0.1:8080',
      console: 'http://127.0.0.1:8080',
      temporal_web: 'http://127.0.0.1:8233',
      temporal_address: '127.0.0.1:7233',
    },
    readLive: async (database) => played.look(database),
    tryPassword: async (_, password) => (played.passwords.includes(password ?? 'on record') ? 'accepted' : 'refused'),
    ...change,
  });
};

const nodeReaders = (played: Played): NodeReaders => ({
  hasStayed: async () => false,
  readCircumstances: async (database, wanted) => {
    const members = membersSeen(played, database);
    const leader = members.find(({ role }) => role === 'leader')?.name ?? database.topology.primary;
    const leadership = {
      leader,
      candidates: members
        .filter(({ role }) => role === 'replica')
        .map(({ name, state, lag }) => ({ name, state, lag_bytes: lag ?? 0, synchronous: false })),
      leaderless: false,
      faults: [],
      holdings: wanted.holdings ? { heard: members.map(holdingOf), unheard: [], last_known: null } : null,
      unseen: [],
      hanging: [],
    };
    const facts = { ...nothingHeld(leader), ...played.holds };
    const change = wanted.change && (await played.changeFacts?.(database, wanted.change));
    return { leadership, facts, settings: null, ...(change && { change }) };
  },
});

const membersSeen = (played: Played, database: Database): readonly Member[] => {
  try {
    return played.look(database).members;
  } catch {
    return [];
  }
};

/** Of a database all of whose servers answer. */
const holdingOf = ({ name, role, lag }: Member) => ({
  name,
  timeline: 1,
  position: 0x5000000 - (lag ?? 0),
  ...(role === 'leader' ? { takes_writes: true as const } : {}),
});
