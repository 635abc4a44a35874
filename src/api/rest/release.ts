import type { FastifyInstance } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { heldNotices, unknownEnd } from '../../domain/held-records.ts';
import type { OperationDocument } from '../../domain/operation.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import { bodyRules, releaseBody } from '../bodies.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { releasedAnswer } from '../documents/state.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { parseBody } from '../parse-body.ts';
import { foreseeRules, isDryRun } from '../query-parameters.ts';

/** Ends the hold on a database whose record comes from a backup, on an operator's word. */
export const releaseRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, client } = dependencies;
  const summary = 'Act again on a database whose record comes from a backup';
  app.post(
    '/v1/projects/:projectId/services/:serviceId/postgres/release',
    {
      config: { role: 'admin', plansFor: 'viewer', answers: { 200: releasedAnswer } },
      schema: { tags: ['control plane'], summary, querystring: foreseeRules, body: bodyRules(releaseBody) },
    },
    async (request) => {
      const { id, name, project, held, topology } = await findDatabase(dependencies, serviceParams(request));
      const { confirm } = parseBody(releaseBody, request.body).confirmation;
      if (!held) throw new PgrowError('refused', `${name} is not held: there is nothing to release.`);
      // What would be acted on is not known before that, and neither is how far the last operation came.
      if (held.compared_at === null) throw new PgrowError('refused', heldNotices(name, held).join(' '));
      const differences = held.differences.map(({ text }) => text);
      const last = await store.readLastOperation(id);
      const run = await client.describe(id);
      // Else the next operation would undo it, with all that it has made. One that Temporal still runs continues.
      const error = last && run?.running && run.operation_id === last.id ? null : unknownEnd(last, held);
      const says = consequences(name, error ? last : null);
      if (isDryRun(request)) return { id, name, released: false, differences, says };
      if (!confirm) {
        const read = differences.length === 0 ? '' : `, once this has been read: ${differences.join(' ')}`;
        throw invalidInput('The request', [{ path: 'confirm', value: false, allowed: `true${read}` }]);
      }
      const { actor } = callerOf(request);
      const details = { backup_taken_at: held.taken_at, differences };
      await store.recordAudit({
        ...askedBy(request),
        project,
        service_id: id,
        action: 'release',
        details: { ...details, database: name },
      });
      if (last && error) await store.endOperation({ id: last.id, status: 'failed', stall_ms: null, error });
      await store.releaseHold(id);
      await store.recordEvent({
        service_id: id,
        event_type: 'hold_released',
        from_stage: topology.stage,
        to_stage: topology.stage,
        metadata: { ...details, by: actor },
      });
      return { id, name, released: true, differences, says };
    },
  );
};

/** `unknown`: an operation of which nothing says how it ended; null for none. */
const consequences = (name: string, unknown: OperationDocument | null): string[] => [
  `From then on pgrow acts on the record of ${name} as it is: operations, failover and repair.`,
  ...(unknown
    ? [
        `Its ${unknown.type.replaceAll('_', ' ')} of ${unknown.started_at} counts as failed: nothing undoes or resumes it.`,
      ]
    : []),
];
