import { removeResources } from '../nodes/leftovers.ts';
import { openSession } from '../nodes/session.ts';
import { diagnose } from '../domain/doctor.ts';
import type { Finding } from '../domain/finding.ts';
import type { Removal } from '../domain/looks.ts';
import { ports } from '../domain/naming.ts';
import type { LeftOver } from '../domain/operation-activities.ts';
import { poolerConfig } from '../domain/routes.ts';
import { nodeNamed } from '../domain/topology.ts';
import { survey, type DoctorDependencies } from './survey.ts';

/** Finds what is left over of this control plane, and removes it. Nothing without our label is ever touched. */
export interface Doctor {
  examine(): Promise<readonly Finding[]>;
  /** Removes what may be removed; `failed` says what would not go. */
  remove(): Promise<Removal>;
}

export const createDoctor = (dependencies: DoctorDependencies): Doctor => {
  const { platform, store, components, isRunning } = dependencies;
  const examine = async () => diagnose(await survey(dependencies));

  const removeOne = async ({ kind, name, database, command }: Finding): Promise<readonly LeftOver[]> => {
    const none = { containers: [], volumes: [], networks: [] };
    switch (kind) {
      case 'operation':
        return attempt(`operation ${name}`, command, () => undoAbandoned(database));
      case 'container':
        return removeResources(platform, { ...none, containers: [name] });
      case 'volume':
        return removeResources(platform, { ...none, volumes: [name] });
      case 'network':
        return removeResources(platform, { ...none, networks: [name] });
      case 'replication_slot':
        return attempt(name, command, () => dropSlot(database, name));
      case 'paused_pooler':
        return attempt(name, command, () => resume(database, name));
      case 'missing_node':
      case 'changed_container':
      case 'stopped_server':
      case 'rollback_window':
      case 'held_database':
        return [];
      default:
        return kind satisfies never;
    }
  };

  const undoAbandoned = async (database: string | null): Promise<void> => {
    const record = database === null ? null : await store.readDatabase(database);
    if (!record) return;
    await dependencies.undoAbandoned(record);
    const last = await store.readLastOperation(record.id);
    if (last?.status === 'running') throw new Error('its record still says that it runs');
    const [left] = last?.error?.left_over ?? [];
    if (left) throw new Error(`${left.what} (${left.command})`);
  };

  const dropSlot = async (database: string | null, name: string): Promise<void> => {
    const record = database === null ? null : await store.readDatabase(database);
    const [slot, on] = name.split(' on ');
    if (!record || slot === undefined || on === undefined) return;
    const session = await openSession(dependencies, record.id);
    await session.asSuperuser(nodeNamed(record.topology, on), (connection) =>
      components.postgres.dropReplicationSlot(connection, slot),
    );
  };

  const resume = async (database: string | null, name: string): Promise<void> => {
    const record = database === null ? null : await store.readDatabase(database);
    if (!record) return;
    const session = await openSession(dependencies, record.id);
    const pooler = nodeNamed(record.topology, name);
    const { pooling } = record.topology;
    const hasReadOnly = pooling !== null && poolerConfig(record.topology, pooling).read_only !== null;
    for (const port of hasReadOnly ? [ports.pooled, ports.pooledReadOnly] : [ports.pooled]) {
      await session.asPoolerAdmin(pooler, port, async (admin) => {
        await admin.resume();
        await admin.resumeLookups();
      });
    }
  };

  /** An operation that has begun since may have taken the name again. */
  const isStillFree = async ({ database }: Finding): Promise<boolean> => {
    const record = database === null ? null : await store.readDatabase(database);
    return !record || !(await isRunning(record.id));
  };

  return {
    examine,
    async remove() {
      const removed: Finding[] = [];
      const done = new Set<string>();
      for (let look = 1; ; look += 1) {
        const failed: LeftOver[] = [];
        const before = removed.length;
        for (const finding of (await examine()).toSorted(containersFirst)) {
          // What is found again although it went, comes back by itself: that is for the one who asked to see.
          if (!finding.removable || done.has(keyOf(finding)) || !(await isStillFree(finding))) continue;
          const left = await removeOne(finding);
          failed.push(...left);
          if (left.length > 0) continue;
          removed.push(finding);
          done.add(keyOf(finding));
        }
        // A slot is free only when the container that used it is gone, so another look may find more.
        if (removed.length === before || look === mostLooks) return { removed, failed };
      }
    },
  };
};

/** New leftovers that appear meanwhile must not keep us here. */
const mostLooks = 10;

const keyOf = ({ kind, name, database }: Finding): string => [kind, database, name].join(' ');

/** What they hold can go only after them. */
const order: readonly Finding['kind'][] = [
  'operation',
  'paused_pooler',
  'container',
  'replication_slot',
  'volume',
  'network',
];
const containersFirst = (a: Finding, b: Finding): number => order.indexOf(a.kind) - order.indexOf(b.kind);

const attempt = async (what: string, command: string, act: () => Promise<void>): Promise<readonly LeftOver[]> => {
  try {
    await act();
    return [];
  } catch (error) {
    return [{ what: `${what}: ${error instanceof Error ? error.message : String(error)}`, command }];
  }
};
