import type { Database } from '../database.ts';
import type { Facts } from '../facts.ts';
import { newNode } from '../nodes.ts';
import type { PoolingOptions } from '../options.ts';
import { boundPooling } from '../pool-bound.ts';
import { frontConfig, poolerConfig } from '../routes.ts';
import { nodeNamed, type Topology } from '../topology.ts';
import type { PlanPart } from './plan-part.ts';
import { step } from './plan-builder.ts';

/** PgBouncer in front of whatever takes writes now. The direct endpoints stay. */
export const growPooling = ({ database, topology, pooling: asked, facts }: Input): PlanPart => {
  const { pooling, warnings } = boundPooling(asked, facts);
  const pooler = newNode(database, 'pgbouncer', 1);
  const to: Topology = {
    ...topology,
    stage: topology.stage === 0 ? 1 : topology.stage,
    nodes: [...topology.nodes, pooler],
    pooling,
  };
  const front = nodeNamed(topology, 'front');
  const config = poolerConfig(to, pooling);
  return {
    topology: to,
    outline: [
      step('pooling', `start ${pooler.name}`, { action: 'ensureNode', input: { node: pooler, config } }, [
        { action: 'removeNode', input: { node: pooler } },
      ]),
      step('pooling', `log in and query through ${pooler.name}`, {
        action: 'verifyPooler',
        input: { node: pooler, config },
      }),
      step(
        'pooling',
        'publish the pooled endpoint',
        { action: 'configureNode', input: { node: front, config: frontConfig(to) } },
        [{ action: 'configureNode', input: { node: front, config: frontConfig(topology) } }],
      ),
    ],
    on_close: [],
    expected_stall_ms: 0,
    estimated_duration_minutes: 1,
    warnings: [...warnings, refusedAtStart, sessionsOf(database.name, pooling)],
    snapshot: null,
  };
};

interface Input {
  readonly database: Database;
  readonly topology: Topology;
  readonly pooling: PoolingOptions;
  readonly facts: Facts | null;
}

const refusedAtStart =
  'PgBouncer refuses connections that set statement_timeout, lock_timeout, search_path or other settings at their start, ' +
  'because it cannot keep them per client: set them for the role (ALTER ROLE … SET), or use the direct address.';

/** What a client notices of a pooler in this mode. */
export const sessionsOf = (database: string, { pool_mode }: PoolingOptions): string =>
  pool_mode === 'session'
    ? 'Session pooling cannot be paused while clients are connected: a later cut-over would reset their sessions.'
    : `With ${pool_mode} pooling a session ends with each ${pool_mode}. Use the direct address for what must outlive it: ` +
      'LISTEN, advisory locks of the session, SET, temporary tables, cursors WITH HOLD, PREPARE by SQL. ' +
      `Print it: ./pgrow url ${database} --direct`;
