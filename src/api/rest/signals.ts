import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { OperationRun } from '../../client/operation-run.ts';
import type { Answer } from '../../client/send-message.ts';
import { PgrowError } from '../../domain/errors.ts';
import { checkpointWorkflowId } from '../../domain/naming.ts';
import { isPastReturn } from '../../domain/operation.ts';
import { commandToResume } from '../../domain/resumption.ts';
import type { OperationMessage } from '../../domain/temporal-names.ts';
import { readWindow } from '../../store/rollback-window.ts';
import { askedBy } from '../audit.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { confirmed, foreseen, heard } from '../documents/operation.ts';
import { foreseeMessage, foreseeWindow } from '../foresee-message.ts';
import { findDatabase, findSubject, serviceParams, type Subject } from '../lookup.ts';
import { foreseeRules, isDryRun } from '../query-parameters.ts';

/** Messages to a running operation, or to the checkpoint of the last one. */
export const signalRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, client } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const route = (summary: string, answer: z.ZodType = heard) => ({
    config: { role: 'operator' as const, plansFor: 'viewer' as const, answers: { 200: foreseen, 202: answer } },
    schema: { tags: ['operations'], summary, querystring: foreseeRules },
  });

  const audit = (request: FastifyRequest, subject: Subject, action: string, operation_id: string | null) =>
    store.recordAudit({
      ...askedBy(request),
      project: subject.project,
      service_id: subject.id,
      action,
      details: { operation_id, database: subject.name },
    });

  const sendMessage = async (request: FastifyRequest, reply: FastifyReply, verb: OperationMessage) => {
    const subject = await findSubject(dependencies, serviceParams(request));
    const run = await client.describe(subject.id);
    if (!run?.running) throw await nothingRuns(dependencies, subject, verb);
    const operation_id = run.operation_id ?? (await store.readRunningOperation(subject.id))?.id ?? null;
    if (isDryRun(request)) return foreseeMessage(store, verb, { subject, run, operation_id });
    await audit(request, subject, verb, operation_id);
    const { takes_effect } = await tell(dependencies, subject, run, verb, callerOf(request).actor);
    const { workflow_id, run_id } = run;
    void reply.code(202);
    if (operation_id)
      void reply.header('location', `${request.url.replace(/\/[^/]*$/, '')}/operations/${operation_id}`);
    return { operation_id, service_id: subject.id, workflow_id, run_id, takes_effect };
  };

  app.post(`${postgres}/cutover`, route('Start the cut-over that is waiting'), (request, reply) =>
    sendMessage(request, reply, 'cutover'),
  );
  app.post(`${postgres}/abort`, route('Abort the running operation and undo it'), (request, reply) =>
    sendMessage(request, reply, 'abort'),
  );

  app.post(
    `${postgres}/confirm`,
    route('End the running grace period, or close the open checkpoint; no rollback is possible afterwards', confirmed),
    async (request, reply) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      if ((await client.describe(database.id))?.running) {
        const told = await sendMessage(request, reply, 'confirm');
        return { checkpoint: null, ...told };
      }
      const checkpoint = await store.readOpenCheckpoint(database.id);
      const window = await readWindow(store, database);
      if (!checkpoint || !window) {
        throw new PgrowError(
          'refused',
          `Cannot confirm ${database.name}: no checkpoint is open, so there is nothing to confirm.`,
        );
      }
      if (isDryRun(request)) return foreseeWindow(store, database, checkpoint);
      await audit(request, database, 'confirm', checkpoint.operation_id);
      const about = { database: database.name, stage: database.topology.stage };
      const { takes_effect } = await client.confirmWindow(window, about);
      void reply.code(202);
      return {
        operation_id: checkpoint.operation_id,
        service_id: database.id,
        workflow_id: checkpointWorkflowId(database.id),
        takes_effect,
        checkpoint,
      };
    },
  );
};

/** One that no worker has taken up has begun nothing: it ends at once, and need not wait for a worker to hear that. */
const tell = async (
  { client }: ApiDependencies,
  { id }: Subject,
  { run_id }: OperationRun,
  verb: OperationMessage,
  actor: string,
): Promise<Answer> => {
  if (verb !== 'abort' || (await client.isTakenUp(id, run_id))) return client.tell(id, verb, { actor });
  await client.withdraw(id, run_id, `aborted by ${actor} before a worker took it up`);
  return { takes_effect: 'now' };
};

/** Names what there is to do where the record still shows one: its workflow is gone, and hears nothing. */
const nothingRuns = async ({ store }: ApiDependencies, { id, name }: Subject, verb: string): Promise<PgrowError> => {
  const left = await store.readRunningOperation(id);
  const plan = left && (await store.readPlan(left.id));
  if (!left || !plan) {
    const message = `Cannot ${verb} ${name}: no operation is running. To see past ones: ./pgrow operations ${name}`;
    return new PgrowError('refused', message);
  }
  const what = left.type.replaceAll('_', ' ');
  const next = isPastReturn(left)
    ? `It had passed its point of no return. Repeat it to resume: ${commandToResume(name, plan.asked)}`
    : 'The next operation undoes its changes, and so does ./pgrow doctor --remove';
  return new PgrowError(
    'refused',
    `Cannot ${verb} ${name}: the workflow of its ${what} is gone from Temporal. ${next}`,
  );
};
