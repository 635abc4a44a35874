import type { z } from 'zod';
import { refuseWhileCopied } from '../domain/copied-snapshots.ts';
import type { Database } from '../domain/database.ts';
import { operationInputs, type OperationInput, type OperationWorkflow, type ParsedInput } from '../domain/inputs.ts';
import { parseInput } from '../domain/parse-input.ts';
import { planOperation } from '../domain/plan/plan-operation.ts';
import type { Plan } from '../domain/plan.ts';
import { askedFor, resume, unfinishedOf, type Unfinished } from '../domain/resumption.ts';
import { readRunningRestores } from '../store/running-restores.ts';
import type { ApiDependencies } from './dependencies.ts';

/** What a workflow is told besides the ids and the actor. */
export type ChangeInput<W extends OperationWorkflow> = Omit<OperationInput<W>, 'service_id' | 'operation_id' | 'actor'>;

/** The plan that the workflow would run on a database as it is now. */
export const planChange = async <W extends OperationWorkflow>(
  { store, readCircumstances, isStandstill }: Pick<ApiDependencies, 'store' | 'readCircumstances' | 'isStandstill'>,
  database: Database,
  { workflow, input, operation_id }: { workflow: W; input: ChangeInput<W>; operation_id: string },
): Promise<Plan> => {
  const schema = operationInputs[workflow] as unknown as z.ZodType<ParsedInput<W>>;
  const parsed = parseInput(schema, { ...input, service_id: database.id });
  if (workflow === 'destroyDatabase') refuseWhileCopied(database, await readRunningRestores(store));
  const unfinished = await readUnfinished(store, database);
  const asked = askedFor(workflow, parsed);
  // What never came about is put back when the operation begins.
  const isLeft = unfinished !== null && workflow !== 'destroyDatabase' && (await isStandstill(database, asked));
  const resumed = unfinished && !isLeft ? resume(database.name, asked, unfinished) : null;
  // It was confirmed when it began.
  if (resumed) return { ...resumed, losses: [] };
  const open = await store.readOpenCheckpoint(database.id);
  const last = open && open.operation_id !== operation_id ? await store.readPlan(open.operation_id) : null;
  const wanted = { facts: workflow !== 'destroyDatabase' };
  const { leadership, facts } = await readCircumstances(database, wanted);
  return planOperation(workflow, parsed, { database, operation_id, ...leadership, last, restored: null, facts });
};

/** What the last operation did not finish; one that runs still may. */
const readUnfinished = async (store: ApiDependencies['store'], { id }: Database): Promise<Unfinished | null> => {
  const last = await store.readLastOperation(id);
  return last && last.status !== 'running' ? unfinishedOf(last, await store.readPlan(last.id)) : null;
};
