import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { costOf } from '../../domain/cost.ts';
import type { Database } from '../../domain/database.ts';
import { effectsOnEndpoints } from '../../domain/endpoint-effects.ts';
import { PgrowError } from '../../domain/errors.ts';
import { poolingSwitch, rungsOf, type LadderRequest } from '../../domain/ladder.ts';
import type { Plan } from '../../domain/plan.ts';
import { obstacleOf } from '../../domain/plan/choose-candidate.ts';
import { nodesOf } from '../../domain/topology.ts';
import { planDigest } from '../../planning/plan-digest.ts';
import { haChange, poolingChange, replicasChange, scaleDownChange } from '../choose-change.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { candidatesAnswer, ladderAnswer } from '../documents/ladder.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { planAhead } from '../plan-ahead.ts';
import { refuseWhileRunning } from '../start-operation.ts';

const changes = { pooling: poolingChange, replicas: replicasChange, ha: haChange, 'scale-down': scaleDownChange };

/** Where a database can go from here. */
export const ladderRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const tags = ['state'];

  app.get(
    `${postgres}/ladder`,
    {
      config: { role: 'viewer', answers: { 200: ladderAnswer } },
      schema: { tags, summary: 'Every stage with its cost, and what getting there would do' },
    },
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const { topology } = database;
      const look = lookAhead(dependencies, database);
      const pooling = poolingSwitch(topology);
      const [rungs, switched] = await Promise.all([
        Promise.all(rungsOf(topology).map(async (rung) => ({ ...rung, ...(await look(rung.request)) }))),
        pooling && look(pooling),
      ]);
      return {
        stage: topology.stage,
        monthly_usd: costOf(topology, dependencies.prices).monthly_usd,
        rungs,
        pooling: pooling && { enabled: topology.pooling !== null, request: pooling, ...switched },
      };
    },
  );

  app.get(
    `${postgres}/candidates`,
    {
      config: { role: 'viewer', answers: { 200: candidatesAnswer } },
      schema: { tags, summary: 'Nodes that writes can move to, and why others are not fit' },
    },
    async (request) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const { topology } = database;
      const { leadership } = await dependencies.nodes.readCircumstances(database, { facts: false, settings: false });
      const { leader } = leadership;
      const others = nodesOf(topology, 'postgres').filter(({ name }) => name !== leader);
      const candidates = others.map(({ name }) => {
        const seen = leadership.candidates.find((candidate) => candidate.name === name);
        const reason = obstacleOf(seen, topology, false);
        const { state = null, lag_bytes = null, synchronous = false } = seen ?? {};
        return { name, state, lag_bytes, synchronous, fit: reason === null, reason };
      });
      return { leader, candidates };
    },
  );
};

/** Plans each request as a dry run would, with one look at the nodes for all of them. */
const lookAhead = (dependencies: ApiDependencies, database: Database) => {
  const { nodes } = dependencies;
  let seen: ReturnType<typeof nodes.readCircumstances> | null = null;
  const readCircumstances: typeof nodes.readCircumstances = (...asked) => (seen ??= nodes.readCircumstances(...asked));
  const once = { ...dependencies, nodes: { ...nodes, readCircumstances } };
  const idle = refuseWhileRunning(dependencies, database);
  // Each request meets its error.
  idle.catch(() => undefined);
  return async (request: LadderRequest | null) => {
    if (!request) return { plan: null, refused: null };
    const operation_id = randomUUID();
    try {
      await idle;
      const { workflow, input } = changes[request.path](request.body, database);
      const asked = { workflow, input: { ...input, service_id: database.id }, operation: operation_id };
      const plan = await planAhead(once, asked);
      return { plan: summaryOf(plan, { operation_id, service_id: database.id }), refused: null };
    } catch (error) {
      if (error instanceof PgrowError && error.status < 500)
        return { plan: null, refused: { code: error.code, message: error.message } };
      throw error;
    }
  };
};

const summaryOf = (plan: Plan, ids: Parameters<typeof planDigest>[1]) => ({
  digest: planDigest(plan, ids),
  steps: plan.steps.length,
  nodes_added: plan.nodes_added,
  nodes_removed: plan.nodes_removed,
  cost_before: plan.cost_before,
  cost_after: plan.cost_after,
  estimated_duration_minutes: plan.estimated_duration_minutes,
  expected_stall_ms: plan.expected_stall_ms,
  point_of_no_return: plan.point_of_no_return,
  warnings: plan.warnings,
  losses: plan.losses ?? [],
  endpoints: effectsOnEndpoints(plan),
});
