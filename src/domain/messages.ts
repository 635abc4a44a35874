import { z } from 'zod';
import { stepStatuses } from './operation.ts';
import { operationOptions } from './options.ts';

/**
 * Messages to operations and rollback windows, and their answers, as schemas. Code takes the types; the published
 * description of messages is made of the schemas (`docs/messages.schema.json`).
 */

/** Who sent a message, for the record. */
export const sender = z.object({ actor: z.string().optional() }).readonly();
export type Sender = z.input<typeof sender>;

/** When a message takes effect. `when_ready`: it arrived early and takes effect as soon as possible. */
export const messageEffect = z.object({ takes_effect: z.enum(['now', 'when_ready']) }).readonly();
export type MessageEffect = z.infer<typeof messageEffect>;

const texts = z.array(z.string()).readonly();

/** What an operation begins with. */
export const opened = z
  .object({
    operation_id: z.string(),
    /** Names of the plan's steps, in order. */
    steps: texts,
    warnings: texts,
    /** Null if it was done earlier: it is not planned again. */
    estimated_duration_minutes: z.number().nullable(),
    /** Of the database once it is done, US dollars. */
    estimated_monthly_cost: z.number(),
  })
  .readonly();
export type Opened = z.infer<typeof opened>;

const stepProgress = z.object({ name: z.string(), phase: z.string(), status: z.enum(stepStatuses) }).readonly();

/** What the query `progress` answers and Temporal Web shows as current details. */
export const progress = z
  .object({
    operation: z.string(),
    /** Name; null until there is a plan. */
    database: z.string().nullable(),
    steps: z.array(stepProgress).readonly(),
    waiting_for: z.string().nullable(),
    /** The message that would let it continue; null for none. Absent from operations that an earlier version runs. */
    waits_for_message: z.enum(['cutover', 'confirm']).nullable().optional(),
  })
  .readonly();
export type Progress = z.infer<typeof progress>;

/** Who requests a rollback, and the id it runs under. */
export const rollbackRequest = z
  .object({
    operation_id: z.string().optional(),
    actor: z.string().optional(),
    /** The evidence, if pgrow requests it by itself. */
    reason: z.string().optional(),
    /** Of the plan that was agreed to. */
    plan_digest: z.string().optional(),
    options: operationOptions.optional(),
  })
  .readonly();
export type RollbackRequest = z.input<typeof rollbackRequest>;

/** What the query `checkpoint` of a rollback window answers. */
export const windowState = z
  .object({
    checkpoint: z.string(),
    open: z.boolean(),
    /** When it closes by itself, ISO 8601; null if only `confirm` or the next operation closes it. */
    until: z.string().nullable(),
    /** Why the stage is not being watched; null while it is. */
    not_watched: z.string().nullable(),
  })
  .readonly();
export type WindowState = z.infer<typeof windowState>;
