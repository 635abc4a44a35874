import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { Facts } from '../facts.ts';
import type { PoolingOptions } from '../options.ts';
import { boundPooling, refuseOutgrown } from '../pool-bound.ts';
import type { UnpricedPlan } from '../plan.ts';
import { poolerConfig } from '../routes.ts';
import { nodesOf, type Pooling, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { sessionsOf } from './grow-pooling.ts';
import { stretch } from './plan-part.ts';
import { step } from './plan-builder.ts';

export interface SetPoolingPlanInput {
  readonly database: Database;
  readonly pooling: PoolingOptions;
  /** What the server holds; null if it could not be asked. Default null. */
  readonly facts?: Facts | null;
  readonly closesWindowOf: string | null;
}

/** Other options for a pooler that runs, without dropping a client. */
export const planSetPooling = ({
  database,
  pooling: asked,
  facts = null,
  closesWindowOf,
}: SetPoolingPlanInput): UnpricedPlan => {
  // The open checkpoint is closed before the first step, and what it kept goes with it.
  const from: Topology = { ...database.topology, kept: [] };
  const before = from.pooling;
  if (!before) throw new PgrowError('refused', `${database.name} has no pooling. Expand it to pooling first.`);
  refuseOutgrown(asked, facts);
  const { pooling, warnings } = boundPooling(asked, facts, before.server_connections);
  const to: Topology = { ...from, pooling };
  const same = (Object.keys(pooling) as (keyof Pooling)[]).every((key) => before[key] === pooling[key]);
  const outline = nodesOf(from, 'pgbouncer').flatMap((node) => [
    step(
      'pooling',
      `give ${node.name} its new options`,
      { action: 'configureNode', input: { node, config: poolerConfig(to, pooling) } },
      [{ action: 'configureNode', input: { node, config: poolerConfig(from, before) } }],
    ),
    step('pooling', `log in and query through ${node.name}`, {
      action: 'verifyPooler',
      input: { node, config: poolerConfig(to, pooling) },
    }),
  ]);
  return assemble({
    type: 'set_pooling',
    from: database.topology,
    to: same ? database.topology : to,
    parts: same
      ? []
      : [
          stretch(to, outline, [
            ...warnings,
            ...(before.pool_mode === pooling.pool_mode ? [] : [sessionsOf(database.name, pooling)]),
          ]),
        ],
    closesWindowOf,
  });
};
