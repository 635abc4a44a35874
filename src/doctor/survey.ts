import { readChanged } from '../nodes/read-changed.ts';
import { readFaults } from '../nodes/read-faults.ts';
import { lookLimits, openSession } from '../nodes/session.ts';
import { whyKeptDown } from '../nodes/server-control.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import type { Database } from '../domain/database.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { commandToResume } from '../domain/resumption.ts';
import type { Survey, SurveyedDatabase, SurveyedResource, SurveyedSlot } from '../domain/survey.ts';
import { labelNames, ports } from '../domain/naming.ts';
import { markIn } from '../domain/operation-mark.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import { readWindow } from '../store/rollback-window.ts';

/** What a doctor works with. */
export interface DoctorDependencies extends Pick<
  Dependencies,
  'platform' | 'store' | 'components' | 'images' | 'home'
> {
  /** Whether Temporal runs an operation of a database. */
  readonly isRunning: (serviceId: string) => Promise<boolean>;
  /** How the workflow of an operation ended; null while it runs. */
  readonly howEnded: (operation: OperationDocument) => Promise<string | null>;
  /** Whether Temporal runs the workflow of a database's rollback window. */
  readonly isWindowServed: (serviceId: string) => Promise<boolean>;
  /** Undoes the abandoned operation of a database. */
  readonly undoAbandoned: (database: Database) => Promise<void>;
}

/** Everything on the engine that carries our label, then what the metadata and the nodes say of it. */
export const survey = async (dependencies: DoctorDependencies): Promise<Survey> => {
  const resources = await readResources(dependencies);
  const named = resources.flatMap(({ database }) => (database === null ? [] : [database]));
  const records = await dependencies.store.listDatabases({});
  const ids = [...new Set([...named, ...records.map(({ id }) => id)])];
  const databases = await Promise.all(ids.map((id) => readDatabase(dependencies, id)));
  return { resources, databases };
};

/** Without the metadata's own. */
const readResources = async ({ platform, store, home }: DoctorDependencies): Promise<readonly SurveyedResource[]> => {
  const found = await platform.findByLabels({ [labelNames.home]: home });
  const kinds = [
    ...found.containers.map((name) => ['container', name] as const),
    ...found.volumes.map((name) => ['volume', name] as const),
    ...found.networks.map((name) => ['network', name] as const),
  ];
  const read = await Promise.all(
    kinds.map(async ([kind, name]): Promise<SurveyedResource | null> => {
      const labels = await platform.readLabels(kind, name);
      // Gone since it was found, or not ours after all.
      if (labels?.[labelNames.home] !== home || labels[labelNames.kind] === 'metadata') return null;
      const snapshot = labels[labelNames.kind] === 'snapshot';
      const operation = labels[labelNames.operation];
      return {
        kind,
        name,
        database: labels[labelNames.database] ?? null,
        snapshot,
        ...(markIn(labels) && { mark: true }),
        ...(operation !== undefined && { made_by: (await store.readOperationStatus(operation)) ?? 'unknown' }),
      };
    }),
  );
  return read.filter((resource) => resource !== null);
};

const readDatabase = async (dependencies: DoctorDependencies, id: string): Promise<SurveyedDatabase> => {
  const { store, isRunning } = dependencies;
  // Read first: an operation that ends meanwhile has recorded what it made before.
  const running = await isRunning(id);
  const [record, last, snapshots] = await Promise.all([
    store.readDatabase(id),
    store.readLastOperation(id),
    store.listSnapshots(id),
  ]);
  const nodes = record && !record.held && !running ? await readNodes(dependencies, record) : nothing;
  const abandoned = running ? null : await readAbandoned(dependencies, record, last);
  return {
    id,
    record,
    // Recorded as running and not cut off, it began after the first question.
    running: running || (last?.status === 'running' && abandoned === null),
    last,
    abandoned,
    unservedWindow: record !== null && !running && (await isWindowUnserved(dependencies, record)),
    snapshotVolumes: snapshots.map(({ volume }) => volume),
    ...nodes,
  };
};

/** Read again after its workflow was found to be gone: one that closed meanwhile has recorded that. */
const isWindowUnserved = async ({ store, isWindowServed }: DoctorDependencies, database: Database): Promise<boolean> =>
  (await store.readOpenCheckpoint(database.id)) !== null &&
  !(await isWindowServed(database.id)) &&
  (await readWindow(store, database)) !== null;

/** An operation records its end before its workflow ends: one that still counts as running afterwards never will. */
const readAbandoned = async (
  { store, howEnded }: DoctorDependencies,
  record: Database | null,
  last: OperationDocument | null,
): Promise<SurveyedDatabase['abandoned']> => {
  if (!record || last?.status !== 'running') return null;
  const how = await howEnded(last);
  if (how === null || (await store.readOperation(last.id))?.status !== 'running') return null;
  return { how, again: commandToResume(record.name, (await store.readPlan(last.id))?.asked) };
};

type FromNodes = Pick<
  SurveyedDatabase,
  'faults' | 'changed' | 'slots' | 'permanentSlots' | 'pausedPoolers' | 'stoppedServers'
>;
const nothing: FromNodes = {
  faults: [],
  changed: [],
  slots: [],
  permanentSlots: [],
  pausedPoolers: [],
  stoppedServers: [],
};

/** A node that does not answer is nothing that a doctor of leftovers can say anything of. */
const readNodes = async (dependencies: DoctorDependencies, database: Database): Promise<FromNodes> => {
  const { topology } = database;
  const session = await openSession(dependencies, database.id);

  const slotsOf = async (node: Node): Promise<readonly SurveyedSlot[]> => {
    const rows = await session
      .asSuperuser(node, (connection) =>
        connection.query<Pick<SurveyedSlot, 'name' | 'physical' | 'active' | 'standby'>>(
          `SELECT slot_name AS name, slot_type = 'physical' AS physical, active, pg_is_in_recovery() AS standby
             FROM pg_replication_slots WHERE NOT temporary`,
        ),
      )
      .catch(() => []);
    return rows.map((row) => ({ ...row, on: node.name, container: node.container }));
  };

  const permanentOf = (node: Node): Promise<readonly string[] | null> =>
    session
      .asMember(node, async (client) => Object.keys((await client.config()).slots ?? {}), lookLimits)
      .catch(() => null);

  const isPaused = async (node: Node): Promise<boolean> => {
    for (const port of [ports.pooled, ports.pooledReadOnly]) {
      if (await session.asPoolerAdmin(node, port, (admin) => admin.isPaused()).catch(() => false)) return true;
    }
    return false;
  };

  const servers = nodesOf(topology, 'postgres');
  const permanent = topology.ha ? await firstOf(servers, permanentOf) : [];
  const poolers = nodesOf(topology, 'pgbouncer');
  const paused = await Promise.all(poolers.map(isPaused));
  const kept = await Promise.all(servers.map((node) => whyKeptDown(dependencies.platform, node)));
  return {
    faults: await readFaults(dependencies.platform, database),
    changed: await readChanged(dependencies, database),
    // Patroni knows which slots are its own: where it does not answer none of them is judged.
    slots: permanent === null ? [] : (await Promise.all(servers.map(slotsOf))).flat(),
    permanentSlots: permanent ?? [],
    pausedPoolers: poolers.filter((_, index) => paused[index]).map(({ name }) => name),
    stoppedServers: servers.filter((_, index) => kept[index] === 'stopped').map(({ name }) => name),
  };
};

const firstOf = async <T>(nodes: readonly Node[], ask: (node: Node) => Promise<T | null>): Promise<T | null> => {
  for (const node of nodes) {
    const answer = await ask(node);
    if (answer !== null) return answer;
  }
  return null;
};
