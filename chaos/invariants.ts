import pg from 'pg';
import { postgresPath } from '../src/cli/api-client.ts';
import type { ConnectionStrings } from '../src/cli/connection-strings.ts';
import type { DoctorDocument } from '../src/cli/doctor.ts';
import type { StatusDocument } from '../src/cli/status-document.ts';
import type { EndpointName } from '../src/domain/endpoints.ts';
import { labelNames } from '../src/domain/naming.ts';
import type { OperationDocument } from '../src/domain/operation.ts';
import { parseEndpoint } from '../src/workload/endpoint.ts';
import type { Chaos } from './chaos.ts';
import { until } from './until.ts';

/** What must hold of a database that is at rest, whatever has happened to it. */
export interface Verdict {
  readonly leftovers: readonly string[];
  readonly violations: readonly string[];
}

/** How long what comes back by itself is waited for. */
const patienceMs = 90_000;

export const examine = async (
  chaos: Chaos,
  database: string,
  ended: OperationDocument,
  isStopped = false,
): Promise<Verdict> => {
  const checks = isStopped ? [expectAllDown] : [expectHealthy, expectOnePrimary, expectNoSlotOnReplicas, expectRoutes];
  const violations: string[] = [];
  for (const check of checks) {
    await check(chaos, database).catch((error: unknown) => violations.push(messageOf(error)));
  }
  const leftovers = await findLeftovers(chaos, database, ended);
  return { leftovers, violations };
};

/** Nothing of the operation itself, and nothing that nothing accounts for. What closes by itself has time to. */
export const findLeftovers = async (
  { api, platform }: Chaos,
  database: string,
  ended: OperationDocument,
): Promise<readonly string[]> => {
  let found: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    const { findings } = await api.get<DoctorDocument>('/v1/doctor');
    const isUndone = ended.status === 'rolled_back' || ended.status === 'aborted';
    const labelled = isUndone ? await platform.findByLabels({ [labelNames.operation]: ended.id }) : null;
    found = [
      // What a case before has left is not this one's.
      ...findings
        .filter((finding) => [database, null].includes(finding.database))
        .map(({ kind, name, explanation }) => `${kind} ${name}: ${explanation}`),
      ...(labelled ? [...labelled.containers, ...labelled.volumes, ...labelled.networks] : []),
    ];
    return found.length === 0;
  };
  await until('nothing left over', patienceMs / 3, look).catch(() => undefined);
  return found;
};

const expectHealthy = async ({ api }: Chaos, database: string): Promise<void> => {
  let seen = '';
  await until(`${database} healthy`, patienceMs, async () => {
    const { health, operation, nodes } = await api.get<StatusDocument>(postgresPath(database, 'status'));
    seen = `${health}, ${operation ? `${operation.type} runs` : 'at rest'}, ${nodes.map(({ name, state }) => `${name} ${state}`).join(', ')}`;
    return health === 'healthy' && operation === null;
  }).catch(() => {
    throw new Error(`not healthy and at rest: ${seen}`);
  });
};

const expectAllDown = async ({ api }: Chaos, database: string): Promise<void> => {
  const { health, nodes } = await api.get<StatusDocument>(postgresPath(database, 'status'));
  const up = nodes.filter(({ state }) => state !== 'stopped').map(({ name, state }) => `${name} ${state}`);
  if (health !== 'stopped' || up.length > 0) throw new Error(`not stopped: ${health}, ${up.join(', ')}`);
};

/** By asking every server that runs, on record or not. */
const expectOnePrimary = async (chaos: Chaos, database: string): Promise<void> => {
  const answers = await askServers(chaos, database, 'select pg_is_in_recovery()');
  const writable = answers.filter(([, answer]) => answer === 'f').map(([name]) => name);
  const { nodes } = await chaos.api.get<StatusDocument>(postgresPath(database, 'status'));
  const primary = nodes.find(({ role }) => role === 'primary')?.container;
  if (writable.length === 1 && writable[0] === primary) return;
  throw new Error(`writable: ${writable.join(', ') || 'none'}; primary on record: ${primary ?? 'none'}`);
};

/** A slot on a plain replica keeps WAL for no one. Patroni has its own on every member. */
const expectNoSlotOnReplicas = async (chaos: Chaos, database: string): Promise<void> => {
  const { stage } = await chaos.api.get<StatusDocument>(postgresPath(database, 'status'));
  if (stage === 3) return;
  const sql = "select coalesce(string_agg(slot_name, ' '), '') from pg_replication_slots where pg_is_in_recovery()";
  const found = (await askServers(chaos, database, sql)).filter(([, slots]) => slots !== '');
  if (found.length > 0) throw new Error(`slots on replicas: ${found.map((each) => each.join(' ')).join(', ')}`);
};

/** Containers with psql's bare answer; a server that does not answer returns `silent`. */
export const askServers = async ({ platform }: Chaos, database: string, sql: string) => {
  const labels = { [labelNames.databaseName]: database, [labelNames.kind]: 'postgres' };
  const { containers } = await platform.findByLabels(labels);
  const ask = ['psql', '-AtX', '-U', 'postgres', '-c', sql];
  const answer = async (name: string): Promise<string> => {
    const { exitCode, stdout } = await platform.exec(name, ask);
    return exitCode === 0 ? stdout.trim() : 'silent';
  };
  return Promise.all(containers.map(async (name) => [name, await answer(name).catch(() => 'silent')] as const));
};

/** Every endpoint that takes writes takes one, every read-only one is answered by a replica. */
const expectRoutes = async ({ api }: Chaos, database: string): Promise<void> => {
  const { host } = await api.get<ConnectionStrings>(postgresPath(database, 'connection-strings'));
  for (const [name, address] of Object.entries(host) as [EndpointName, string | null][]) {
    // Any server may answer there, one that takes no writes among them.
    if (address === null || name === 'any_node') continue;
    const readOnly = name === 'read_only' || name === 'pooled_read_only';
    await until(`${name} leads to ${readOnly ? 'a replica' : 'the primary'}`, patienceMs, async () => {
      const client = new pg.Client({ ...parseEndpoint(address), connectionTimeoutMillis: 5000, query_timeout: 5000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        if (readOnly) {
          const { rows } = await client.query<{ replica: boolean }>('select pg_is_in_recovery() as replica');
          return rows[0]?.replica === true;
        }
        await client.query('create table if not exists chaos_probe (at timestamptz not null)');
        await client.query('insert into chaos_probe values (now())');
        return true;
      } finally {
        await client.end().catch(() => undefined);
      }
    });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
