import type { Database } from '../database.ts';
import { newNode } from '../nodes.ts';
import type { PoolingOptions } from '../options.ts';
import { frontConfig, poolerConfig } from '../routes.ts';
import { nodeNamed, type Topology } from '../topology.ts';
import type { Growth } from './growth.ts';
import { step } from './outline.ts';

/** PgBouncer in front of whatever takes writes now. The direct endpoints stay. */
export const growPooling = ({ database, topology, pooling }: Input): Growth => {
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
    warnings:
      pooling.pool_mode === 'session'
        ? ['Session pooling cannot be paused while clients are connected: a later cut-over would reset their sessions.']
        : [],
    snapshot: null,
  };
};

interface Input {
  readonly database: Database;
  readonly topology: Topology;
  readonly pooling: PoolingOptions;
}
