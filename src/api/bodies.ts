import { z } from 'zod';
import { haOptions, operationOptions, poolingOptions, replicaCounts, replicaOptions } from '../domain/options.ts';
import { rulesOf } from '../domain/input-problems.ts';
import {
  changeDatabaseInput,
  createDatabaseInput,
  failoverInput,
  reinitializeInput,
  repairInput,
  restoreSnapshotInput,
  rotateDatabaseInput,
  scaleDownInput,
  switchoverInput,
  takeSnapshotInput,
} from '../domain/inputs.ts';

/** Bodies are flat; each part of one has its own schema. */
export type Parts = Readonly<Record<string, z.ZodType>>;

/** Whether the stage is wanted at all. */
const wanted = z.strictObject({ enabled: z.boolean().default(true) });
/** Pooling turned on in the same operation. */
const withPooling = { pooling: z.record(z.string(), z.unknown()).optional() };

/** That the warnings have been read; without it a request that takes something away is answered with them. */
const confirmation = z.strictObject({ confirm: z.boolean().default(false) });

export const createBody = {
  database: createDatabaseInput.pick({
    name: true,
    postgres_major: true,
    port: true,
    locale: true,
    memory: true,
    cpus: true,
    storage: true,
    tls: true,
  }),
} satisfies Parts;

export const poolingBody = { wanted, pooling: poolingOptions, confirmation, options: operationOptions } satisfies Parts;

export const nestedPoolingBody = {
  wanted: z.strictObject({ enabled: z.literal(true).default(true) }),
  pooling: poolingOptions,
} satisfies Parts;

export const replicasBody = {
  replicas: replicaOptions,
  nested: z.strictObject(withPooling),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const haBody = {
  wanted: wanted.extend(withPooling),
  ha: haOptions,
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const protectionBody = { protection: z.strictObject({ protected: z.boolean() }) } satisfies Parts;

export const releaseBody = { confirmation } satisfies Parts;

const unwanted = z.strictObject({ enabled: z.literal(false) });

export const noPoolingBody = {
  unwanted,
  grace: scaleDownInput.pick({ grace_period: true }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const noReplicasBody = {
  none: z.strictObject({ count: z.literal(0) }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

const { least, most } = replicaCounts[3];
/** Standbys at stage 3, which have no options of their own. */
export const standbysBody = {
  replicas: z.strictObject({ count: z.number().int().min(least).max(most) }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const noHaBody = {
  unwanted,
  remaining: scaleDownInput.pick({ replicas: true }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const changeBody = {
  change: changeDatabaseInput.pick({
    memory: true,
    cpus: true,
    storage: true,
    settings: true,
    extensions: true,
    image: true,
  }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const scaleDownBody = {
  down: scaleDownInput.pick({ target: true, replicas: true, grace_period: true }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const rotateBody = {
  rotation: rotateDatabaseInput.pick({ what: true, how: true }),
  confirmation,
  options: operationOptions.pick({ patience: true }),
} satisfies Parts;

export const reinitializeBody = {
  replica: reinitializeInput.pick({ node: true }),
  confirmation,
  options: operationOptions,
} satisfies Parts;

export const repairBody = {
  repair: repairInput.pick({ node: true, confirm: true }),
  options: operationOptions,
} satisfies Parts;

export const switchoverBody = {
  switchover: switchoverInput.pick({ target_node: true, on_obstacle: true }),
  confirmation,
  options: operationOptions.pick({ patience: true, cutover: true, cutover_deadline: true }),
} satisfies Parts;

export const failoverBody = {
  failover: failoverInput.pick({ target_node: true }),
  confirmation,
  options: operationOptions.pick({ patience: true }),
} satisfies Parts;

export const stopBody = { confirmation, options: operationOptions.pick({ patience: true }) } satisfies Parts;

export const snapshotBody = {
  snapshot: takeSnapshotInput.pick({ keep_for: true }),
  options: operationOptions.pick({ patience: true }),
} satisfies Parts;

export const startBody = { options: operationOptions.pick({ patience: true }) } satisfies Parts;

export const restoreBody = {
  restore: restoreSnapshotInput.pick({ name: true, snapshot: true, port: true, memory: true, cpus: true, tls: true }),
} satisfies Parts;

export const rollbackBody = {
  confirmation,
  options: operationOptions.pick({ patience: true, cutover: true, cutover_deadline: true }),
} satisfies Parts;

/** For the OpenAPI document. A route takes one of these bodies. */
export const bodyRules = (...bodies: readonly [Parts, ...Parts[]]) =>
  bodies.length === 1 ? rulesOfOne(bodies[0]) : { anyOf: bodies.map(rulesOfOne) };

const rulesOfOne = (parts: Parts) => {
  const rules = Object.values(parts).map((schema) => rulesOf(schema) as { properties?: object; required?: string[] });
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.assign({}, ...rules.map(({ properties }) => properties)) as object,
    required: rules.flatMap(({ required = [] }) => required),
  };
};
