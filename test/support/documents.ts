import { z } from 'zod';
import { expect } from 'vitest';
import { operationStatuses, operationTypes, stepStatuses } from '../../src/domain/operation.ts';

/** What scripts rely on: the documents of `--json`. More may come with a later version, never less and nothing else. */

const stage = z.literal([0, 1, 2, 3]);
const count = z.number().int().nonnegative();
const health = z.enum(['healthy', 'degraded', 'down', 'unknown']);
const address = z.string().regex(/^[a-z]+:\d+$/);
const url = z.url();
/** How old it is what the nodes are said to be. */
const seen = { seen_at: z.iso.datetime().nullable(), age_ms: count.nullable() };

export const addressesDocument = z.object({
  api: url,
  console: url,
  temporal_web: url,
  temporal_address: z.string().regex(/^127\.0\.0\.1:\d+$/),
});

const checkpoint = z.object({
  stage,
  timestamp: z.iso.datetime(),
  snapshot_id: z.string().nullable(),
  services_created: z.array(z.object({ service_id: z.string(), type: z.string() })),
  config_changes: z.array(z.record(z.string(), z.unknown())),
  health_check_endpoint: url,
  rollback_available_until: z.iso.datetime(),
});

const operation = z.object({
  id: z.uuid(),
  workflow_id: z.string().startsWith('pgrow/'),
  type: z.enum(operationTypes),
  database: z.string(),
  from_stage: stage.nullable(),
  to_stage: stage.nullable(),
  status: z.enum(operationStatuses),
  steps: z.array(
    z.object({
      name: z.string(),
      phase: z.string(),
      status: z.enum(stepStatuses),
      started_at: z.iso.datetime().nullable(),
      duration_ms: count.nullable(),
    }),
  ),
  duration_ms: count.nullable(),
  expected_stall_ms: count,
  checkpoint: checkpoint.nullable(),
  error: z.object({ code: z.string(), message: z.string(), step: z.string().nullable() }).nullable(),
});

export const operationDocument = z.strictObject({ operation });

/** Of an operation that does not run: it has no identity and no outcome. */
export const planDocument = z.strictObject({
  operation: operation.extend({
    id: z.null(),
    workflow_id: z.string().nullable(),
    status: z.literal('planned'),
    duration_ms: z.null(),
    checkpoint: z.null(),
    error: z.null(),
  }),
});

export const controlPlaneDocument = addressesDocument.extend({
  databases: z.array(z.object({ name: z.string(), stage, health, ...seen, operation: operation.nullable() })),
});

export const statusDocument = z.object({
  name: z.string(),
  health,
  ...seen,
  stage,
  pooling: z.object({ enabled: z.boolean(), type: z.literal('pgbouncer'), endpoint: address.nullable() }),
  routing: z.object({
    enabled: z.boolean(),
    type: z.literal('haproxy'),
    replicas: count,
    rw_endpoint: address.nullable(),
    ro_endpoint: address.nullable(),
    stats_endpoint: address.nullable(),
  }),
  replicas: z.object({ count, lag_bytes: z.array(count.nullable()) }),
  ha: z.object({
    enabled: z.boolean(),
    etcd_nodes: count,
    patroni_nodes: count,
    current_leader: z.string().nullable(),
    patroni_version: z.string().nullable(),
    etcd_version: z.string().nullable(),
  }),
  operation: operation.nullable(),
  checkpoint: checkpoint.nullable(),
  nodes: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['front', 'postgres', 'pgbouncer', 'haproxy', 'etcd']),
      role: z.enum(['primary', 'replica']).nullable(),
      state: z.string(),
      container: z.string(),
      lag_bytes: count.nullable(),
      note: z.string().optional(),
    }),
  ),
});

export const demoDocument = z.object({
  database: z.string(),
  stage,
  operations: z.array(operation.extend({ longest_stall_ms: z.number(), transactions_failed: count })),
  transactions: z.object({ acknowledged: count, failed: count, lost: count }),
  endpoints: z.record(z.string(), z.string().nullable()),
  api: url,
  temporal_web: url,
});

/** Every key of a document, however deep, is snake_case. */
export const expectSnakeCase = (document: unknown): void => {
  if (typeof document !== 'object' || document === null) return;
  for (const [key, value] of Object.entries(document)) {
    expect(key).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
    expectSnakeCase(value);
  }
};
