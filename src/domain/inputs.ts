import { z } from 'zod';
import { databaseNameRule, isDatabaseName, postgresMajors } from './database.ts';
import { defaultLocale, isLocale, localeRule } from './locale.ts';
import type { OperationType } from './operation.ts';
import { haOptions, operationOptions, poolingOptions, replicaOptions, replicaWishes } from './options.ts';
import { cpus, memory } from './server-size.ts';
import { expansionTargets } from './stage.ts';

/** The single JSON input of each operation's workflow: public API, for any client. */

const started = {
  service_id: z.uuid(),
  /** Made by the workflow where the caller gives none. */
  operation_id: z.uuid().optional(),
  /** Who asked for it, for the audit: a token's owner or a service's name. */
  actor: z.string().min(1).max(200).default('unknown'),
};

/** That the warnings of the plan have been read. Needed where it would lose something. */
const confirm = z.boolean().default(false);

export const createDatabaseInput = z.strictObject({
  ...started,
  project: z.string().min(1).max(63).default('default'),
  name: z.string().refine(isDatabaseName, databaseNameRule),
  postgres_major: z.literal([...postgresMajors]).default(17),
  /** Loopback port of the host for `postgres`; a free one is chosen where none is given. */
  port: z.number().int().min(1024).max(65_535).optional(),
  /** Of the C library: how text is sorted, what is a letter, how dates and numbers are written. For the life of the database. */
  locale: z.string().refine(isLocale, localeRule).default(defaultLocale),
  /** Of each of its PostgreSQL servers, as `4GiB`; 1 GiB where none is chosen, or as the source of a snapshot has it. */
  memory: memory.optional(),
  /** Of each of its PostgreSQL servers: 2 where none is chosen, or as the source of a snapshot has it. */
  cpus: cpus.optional(),
});

export const expandInput = z.strictObject({
  ...started,
  target: z.enum(expansionTargets),
  pooling: poolingOptions.optional(),
  replicas: replicaOptions.optional(),
  ha: haOptions.optional(),
  confirm,
  options: operationOptions.prefault({}),
});

/** What `scaleDown` can aim at. `unpooled`: the present stage without pooling. */
export const scaleDownTargets = ['replicas', 'pooling', 'single', 'unpooled'] as const;
export type ScaleDownTarget = (typeof scaleDownTargets)[number];

export const scaleDownInput = z.strictObject({
  ...started,
  target: z.enum(scaleDownTargets),
  /** With target `replicas` from stage 3: what remains. */
  replicas: replicaWishes.default({}),
  /** Seconds that applications get before pooling goes. */
  grace_period: z.number().int().min(0).max(604_800).default(3600),
  confirm,
  options: operationOptions.prefault({}),
});

export const setReplicasInput = z.strictObject({
  ...started,
  count: z.number().int().min(1).max(6),
  confirm,
  options: operationOptions.prefault({}),
});

export const setPoolingInput = z.strictObject({
  ...started,
  pooling: poolingOptions.prefault({}),
  confirm,
  options: operationOptions.prefault({}),
});

export const reinitializeInput = z.strictObject({
  ...started,
  node: z.string().min(1).max(63),
  confirm,
  options: operationOptions.prefault({}),
});

export const repairInput = z.strictObject({
  ...started,
  /** Everything that is missing where none is named. */
  node: z.string().min(1).max(63).optional(),
  /** That the warnings have been read, should writes be lost by it. */
  confirm: z.boolean().default(false),
  options: operationOptions.prefault({}),
});

/** What a switchover does about what would break its promise: say no, wait for a better moment, accept resets. */
export const onObstacle = ['refuse', 'wait', 'force'] as const;
export type OnObstacle = (typeof onObstacle)[number];

export const switchoverInput = z.strictObject({
  ...started,
  /** The replica that is to take writes; the one that is furthest where none is named. */
  target_node: z.string().min(1).max(63).optional(),
  on_obstacle: z.enum(onObstacle).default('refuse'),
  confirm,
  options: operationOptions.prefault({}),
});

/** Started by the checkpoint of the last operation, which keeps what it needs. */
export const rollbackInput = z.strictObject({
  ...started,
  /** Of one that pgrow begins by itself: what it has seen. Such a one is refused while a write is acknowledged. */
  reason: z.string().min(1).max(10_000).optional(),
  confirm,
  options: operationOptions.prefault({}),
});

/** A new database from a snapshot of another, whose PostgreSQL major and locale it has. */
export const restoreSnapshotInput = createDatabaseInput.omit({ postgres_major: true, locale: true }).extend({
  /** The database whose snapshot it is. */
  source_service_id: z.uuid(),
  /** As `snapshots` lists it: `snap-1a2b3c4d`. */
  snapshot: z.string().min(1).max(63),
});

export const destroyDatabaseInput = z.strictObject(started);

export const operationInputs = {
  createDatabase: createDatabaseInput,
  expand: expandInput,
  scaleDown: scaleDownInput,
  setReplicas: setReplicasInput,
  setPooling: setPoolingInput,
  switchover: switchoverInput,
  reinitialize: reinitializeInput,
  repair: repairInput,
  rollback: rollbackInput,
  restoreSnapshot: restoreSnapshotInput,
  destroyDatabase: destroyDatabaseInput,
} as const;

/** Name of a workflow type on the task queue. */
export type OperationWorkflow = keyof typeof operationInputs;
/** After parsing: defaults are filled in. */
export type ParsedInput<W extends OperationWorkflow> = z.output<(typeof operationInputs)[W]>;
/** As a caller writes it: defaults may be left out. */
export type OperationInput<W extends OperationWorkflow> = z.input<(typeof operationInputs)[W]>;

export const operationTypeOf = {
  createDatabase: 'create',
  expand: 'expand',
  scaleDown: 'scale_down',
  setReplicas: 'set_replicas',
  setPooling: 'set_pooling',
  switchover: 'switchover',
  reinitialize: 'reinitialize',
  repair: 'repair',
  rollback: 'rollback',
  restoreSnapshot: 'restore',
  destroyDatabase: 'destroy',
} as const satisfies Record<OperationWorkflow, OperationType>;
