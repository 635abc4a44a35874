import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../domain/database.ts';
import { answerChange } from '../accept.ts';
import {
  bodyRules,
  changeBody,
  failoverBody,
  haBody,
  noHaBody,
  noPoolingBody,
  noReplicasBody,
  poolingBody,
  reinitializeBody,
  repairBody,
  replicasBody,
  rotateBody,
  scaleDownBody,
  snapshotBody,
  standbysBody,
  startBody,
  stopBody,
  switchoverBody,
  type Parts,
} from '../bodies.ts';
import { changeRequestOf } from '../change-request.ts';
import {
  databaseChange,
  failoverChange,
  haChange,
  poolingChange,
  reinitializeChange,
  repairChange,
  replicasChange,
  rotateChange,
  scaleDownChange,
  snapshotChange,
  startDatabaseChange,
  stopChange,
  switchoverChange,
} from '../choose-change.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { changeAnswers } from '../documents/operation.ts';
import { serviceParams } from '../lookup.ts';
import { changeHeaders, dryRunRules } from '../query-parameters.ts';
import { startChange, type Change } from '../start-change.ts';

/** Up and down the ladder, and changes at the present stage. */
export const changeRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const route = (
    path: string,
    summary: string,
    bodies: readonly [Parts, ...Parts[]],
    choose: (body: unknown, database: Database) => Change,
  ) =>
    app.post(
      `/v1/projects/:projectId/services/:serviceId/postgres/${path}`,
      {
        config: { role: 'operator', plansFor: 'viewer', answers: changeAnswers },
        schema: {
          tags: ['changes'],
          summary,
          querystring: dryRunRules,
          headers: changeHeaders,
          body: bodyRules(...bodies),
        },
      },
      async (request: FastifyRequest, reply: FastifyReply) => {
        const { serviceId } = serviceParams(request);
        const change = changeRequestOf(request);
        const outcome = await startChange(dependencies, change, serviceId, (database) =>
          choose(request.body, database),
        );
        return answerChange(reply, outcome);
      },
    );

  route(
    'pooling',
    'Pool connections with PgBouncer, change how, or stop it',
    [poolingBody, noPoolingBody],
    poolingChange,
  );
  route(
    'replicas',
    'Add replicas and HAProxy, change how many there are, or remove them all',
    [replicasBody, standbysBody, noReplicasBody],
    replicasChange,
  );
  route('ha', 'Turn high availability with Patroni and etcd on or off', [haBody, noHaBody], haChange);
  route(
    'change',
    'Other memory, CPUs, storage, settings, extensions or another image, with one hand-over at most',
    [changeBody],
    databaseChange,
  );
  route(
    'rotate',
    "Give the application's role another password, or every node another certificate; sessions go on",
    [rotateBody],
    rotateChange,
  );
  route('scale-down', 'Back to any lower stage', [scaleDownBody], scaleDownChange);
  route('switchover', 'Move writes to another node', [switchoverBody], switchoverChange);
  route(
    'failover',
    'Kill the primary and let a replica take over, with what would be lost',
    [failoverBody],
    failoverChange,
  );
  route('reinitialize', 'Rebuild one replica', [reinitializeBody], reinitializeChange);
  route('repair', 'Rebuild a node, or everything that is missing', [repairBody], repairChange);
  route('snapshots', 'Take a snapshot of what the database holds now', [snapshotBody], snapshotChange);
  route('stop', 'Stop a database with all its nodes, and keep everything', [stopBody], stopChange);
  route('start', 'Start a database that was stopped', [startBody], startDatabaseChange);
};
