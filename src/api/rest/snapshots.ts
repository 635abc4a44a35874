import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import type { Database } from '../../domain/database.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { resolveSnapshot } from '../../planning/resolve-snapshot.ts';
import { answerChange, findRepeated } from '../accept.ts';
import { askedBy } from '../audit.ts';
import { bodyRules, restoreBody } from '../bodies.ts';
import { changeRequestOf } from '../change-request.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { snapshotsAnswer, verifiedAnswers } from '../documents/history.ts';
import { changeAnswers } from '../documents/operation.ts';
import { claimUnlessDryRun, findEarlier } from '../idempotency.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { asObject, readBody } from '../parse-body.ts';
import { changeHeaders, dryRunRules } from '../query-parameters.ts';
import { startOperation } from '../start-operation.ts';

const pages = pagesOf('snapshots', newestFirst(z.string().max(100)), { usual: 1000, most: 1000 });

/** So long a request waits for a verification; a client asks again. Milliseconds. */
const verificationWaitMs = 20_000;

/** Snapshots, and what can be done with one. */
export const snapshotRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, client } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';

  app.get(
    `${postgres}/snapshots`,
    {
      config: { role: 'viewer', polled: true, answers: { 200: snapshotsAnswer } },
      schema: {
        tags: ['snapshots'],
        summary: 'Snapshots, newest first',
        querystring: { type: 'object', properties: pages.rules },
      },
    },
    async (request) => {
      const { id } = await findDatabase(dependencies, serviceParams(request));
      const [{ entries, next }, restored] = await Promise.all([
        store.pageSnapshots(id, pages.read(request)),
        store.listRestored(id),
      ]);
      return { snapshots: entries, restored, next_cursor: pages.cursor(next) };
    },
  );

  app.post(
    `${postgres}/snapshots/:snapshotId/verify`,
    {
      config: { role: 'operator', answers: verifiedAnswers },
      schema: {
        tags: ['snapshots'],
        summary: 'Verify a snapshot: 200 with the result, 202 while it runs; repeat the request to keep waiting',
      },
    },
    async (request, reply) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      const { snapshotId } = request.params as { snapshotId: string };
      const { id } = await findSnapshot(database, snapshotId);
      const verification = await client.verifySnapshot(
        { service_id: database.id, snapshot: id },
        { database: database.name, waitMs: verificationWaitMs },
      );
      if (!verification) {
        void reply.code(202);
        return { snapshot: await findSnapshot(database, id), verification: { status: 'running' } };
      }
      await store.recordAudit({
        ...askedBy(request),
        project: database.project,
        service_id: database.id,
        action: 'verify_snapshot',
        details: { snapshot: id, status: verification.status, database: database.name },
      });
      return { snapshot: await findSnapshot(database, id), verification };
    },
  );

  app.post(
    `${postgres}/restore`,
    {
      config: { role: 'operator', plansFor: 'viewer', answers: changeAnswers },
      schema: {
        tags: ['snapshots'],
        summary: 'Create a database from a snapshot; answers with the operation of the new one',
        querystring: dryRunRules,
        headers: changeHeaders,
        body: bodyRules(restoreBody),
      },
    },
    async (request, reply) => {
      const change = changeRequestOf(request);
      const repeated = await findRepeated(dependencies, change);
      if (repeated) return answerChange(reply, repeated);
      const source = await findDatabase(dependencies, serviceParams(request));
      const { values, problems: malformed } = readBody(restoreBody, request.body);
      const wanted = asObject(request.body);
      const earlier = await findEarlier(store, change);
      // Before the key is used up, so that the request can be put right and sent again.
      await resolveSnapshot(store, { source, wanted, service_id: earlier?.ids.service_id, malformed });
      const { restore } = values;
      const ids = await claimUnlessDryRun(store, change);
      const { project } = source;
      const outcome = await startOperation(dependencies, {
        request: change,
        project,
        database: restore.name,
        ids,
        workflow: 'restoreSnapshot',
        input: { ...restore, project, source_service_id: source.id },
        present: null,
      });
      return answerChange(reply, outcome);
    },
  );

  /** @throws PgrowError `not_found`, with those there are */
  const findSnapshot = async ({ id, name }: Database, snapshotId: string): Promise<Snapshot> => {
    const snapshots = await store.listSnapshots(id);
    const snapshot = snapshots.find((candidate) => candidate.id === snapshotId);
    if (snapshot) return snapshot;
    const there = snapshots.map((each) => each.id).join(', ') || 'none';
    throw new PgrowError('not_found', `${name} has no snapshot ${snapshotId}. It has: ${there}.`);
  };
};
