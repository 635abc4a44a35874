import { randomUUID } from 'node:crypto';
import type { Checkpoint } from '../../../src/domain/operation.ts';
import type { CheckpointStore } from '../../../src/store/checkpoints.ts';

type Row = { -readonly [K in keyof Checkpoint]: Checkpoint[K] } & { readonly database: string };

type MemoryCheckpoints = CheckpointStore & { checkpointOf(operation: string): Checkpoint | null };

export const memoryCheckpoints = (): MemoryCheckpoints => {
  const rows: Row[] = [];
  const of = (serviceId: string) => rows.filter(({ database }) => database === serviceId).toReversed();

  return {
    checkpointOf: (operation) => toCheckpoint(rows.find(({ operation_id }) => operation_id === operation)),

    async openCheckpoint({ service_id, nodes_created, ...checkpoint }) {
      const known = rows.find(({ operation_id }) => operation_id === checkpoint.operation_id);
      const row = known ?? {
        ...checkpoint,
        id: randomUUID(),
        database: service_id,
        timestamp: new Date().toISOString(),
        services_created: nodes_created.map(({ name, kind }) => ({ service_id: name, type: kind })),
        status: 'open' as const,
      };
      if (!known) rows.push(row);
      return toCheckpoint(row)!;
    },
    async extendCheckpoint(id, rollback_available_until) {
      const row = rows.find((candidate) => candidate.id === id);
      if (row) row.rollback_available_until = rollback_available_until;
    },
    async closeCheckpoint(id) {
      const row = rows.find((candidate) => candidate.id === id);
      if (row) row.status = 'closed';
    },
    readOpenCheckpoint: async (serviceId) => toCheckpoint(of(serviceId).find(({ status }) => status === 'open')),
    listOpenWindows: async () =>
      new Set(rows.filter(({ status }) => status === 'open').map(({ database }) => database)),
    listCheckpoints: async (serviceId) => of(serviceId).map((row) => toCheckpoint(row)!),
  };
};

const toCheckpoint = (row: Row | undefined): Checkpoint | null => {
  if (!row) return null;
  const { database: _, ...checkpoint } = row;
  return checkpoint;
};
