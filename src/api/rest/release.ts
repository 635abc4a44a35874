import type { FastifyInstance } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { heldNotices, unknownEnd } from '../../domain/held-records.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { bodyRules, releaseBody } from '../bodies.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { releasedAnswer } from '../documents/state.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { parseBody } from '../parse-body.ts';

/** Ends the hold on a database whose record comes from a backup, on an operator's word. */
export const releaseRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, client } = dependencies;
  const summary = 'Act again on a database whose record comes from a backup';
  app.post(
    '/v1/projects/:projectId/services/:serviceId/postgres/release',
    {
      config: { role: 'admin', answers: { 200: releasedAnswer } },
      schema: { tags: ['control plane'], summary, body: bodyRules(releaseBody) },
    },
    async (request) => {
      const { id, name, project, held, topology } = await findDatabase(dependencies, serviceParams(request));
      const { confirm } = parseBody(releaseBody, request.body).confirmation;
      if (!held) throw new PgrowError('refused', `${name} is not held: there is nothing to release.`);
      // What would be acted on is not known before that, and neither is how far the last operation came.
      if (held.compared_at === null) throw new PgrowError('refused', heldNotices(name, held).join(' '));
      const differences = held.differences.map(({ text }) => text);
      if (!confirm) {
        const read = differences.length === 0 ? '' : `, once this has been read: ${differences.join(' ')}`;
        throw invalidInput('The request', [{ path: 'confirm', value: false, allowed: `true${read}` }]);
      }
      const { actor } = callerOf(request);
      const run = await client.describe(id);
      const details = { backup_taken_at: held.taken_at, differences };
      await store.recordAudit({
        ...askedBy(request),
        project,
        service_id: id,
        action: 'release',
        details: { ...details, database: name },
      });
      const last = await store.readLastOperation(id);
      const error = unknownEnd(last, held);
      // Else the next operation would undo it, with all that it has made. One that Temporal still runs continues.
      if (last && error && !(run?.running && run.operation_id === last.id))
        await store.endOperation({ id: last.id, status: 'failed', stall_ms: null, error });
      await store.releaseHold(id);
      await store.recordEvent({
        service_id: id,
        event_type: 'hold_released',
        from_stage: topology.stage,
        to_stage: topology.stage,
        metadata: { ...details, by: actor },
      });
      return { id, name, released: true, differences };
    },
  );
};
