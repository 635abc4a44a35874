import { z } from 'zod';
import { stepKinds } from './activity-kinds.ts';
import { PgrowError } from './errors.ts';
import type { Block, Plan } from './plan.ts';

/**
 * A plan outlives the version that made it: a later one continues with it, undoes it, or closes its window. So what is on
 * record says in which form it is, and is read as something that others have written.
 */

/** Of the form below. It changes when an earlier version could misread a plan, or this one an earlier plan. */
const planSchema = 1;

/** As it is written to the record. */
export const toRecord = (plan: Plan): object => ({ ...plan, schema: planSchema });

const actions = [...Object.keys(stepKinds), 'gracePeriod'];

const call = z.looseObject({ action: z.enum(actions), input: z.looseObject({}) });
const step = z.looseObject({ name: z.string(), phase: z.string(), run: call, undo: z.array(call) });
const block: z.ZodType<Block> = z.lazy(() =>
  z.union([
    z.looseObject({ step: z.int().min(0) }),
    z.looseObject({ lanes: z.array(z.array(block)) }),
    z.looseObject({ attempts: z.int().min(1), blocks: z.array(block) }),
  ]),
) as z.ZodType<Block>;
const topology = z.looseObject({ stage: z.int(), primary: z.string(), nodes: z.array(z.looseObject({})) }).nullable();

const recorded = z
  .looseObject({
    type: z.string(),
    from: topology,
    to: topology,
    steps: z.array(step),
    order: z.array(block),
    on_close: z.array(call),
    point_of_no_return: z.string().nullable(),
  })
  .refine(({ steps, order }) => stepsIn(order).every((index) => index < steps.length), {
    path: ['order'],
    message: 'names a step that the plan does not have',
  });

const stepsIn = (blocks: readonly Block[]): readonly number[] =>
  blocks.flatMap((one) => {
    if ('step' in one) return [one.step];
    return stepsIn('lanes' in one ? one.lanes.flat() : one.blocks);
  });

/** Plans from before there was a schema have the first one. */
const schemaOf = (record: unknown): unknown => (record as { schema?: unknown } | null)?.schema ?? planSchema;

/** @throws PgrowError `needs_operator` where this version cannot read it: nothing may be done by guess */
export const planOnRecord = (record: unknown, operation: string): Plan => {
  const schema = schemaOf(record);
  if (schema !== planSchema) {
    throw unreadable(
      operation,
      `it has schema ${JSON.stringify(schema)}, and this version of pgrow knows ${planSchema}`,
    );
  }
  const parsed = recorded.safeParse(record);
  if (!parsed.success) {
    const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
    throw unreadable(operation, `${path.join('.')}: ${message}`);
  }
  const { schema: _, ...plan } = record as Plan & { schema?: number };
  return plan;
};

const unreadable = (operation: string, reason: string): PgrowError =>
  new PgrowError(
    'needs_operator',
    `The plan of operation ${operation} on record cannot be read (${reason}). Nothing was touched. ` +
      'Run ./pgrow up in a checkout of the version that recorded it, and finish it there.',
  );
