import type { z } from 'zod';
import { refuseWhileCopied } from '../domain/copied-snapshots.ts';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import { refuseHeld } from '../domain/held-records.ts';
import { operationInputs, type OperationWorkflow, type ParsedInput } from '../domain/inputs.ts';
import type { Checkpoint } from '../domain/operation.ts';
import type { ChangeQuestion } from '../domain/change.ts';
import type { Leadership } from '../domain/live-state.ts';
import type { Circumstances } from '../domain/looks.ts';
import { parseInput } from '../domain/parse-input.ts';
import { firstTopology } from '../domain/plan/create.ts';
import { planMaking, planOperation } from '../domain/plan/plan-operation.ts';
import type { Restored } from '../domain/plan/restore.ts';
import type { Plan } from '../domain/plan.ts';
import { refuseUnusedHow } from '../domain/rotation.ts';
import { requestOf, resume, unfinishedOf, type Unfinished } from '../domain/resumption.ts';
import { chosenSize } from '../domain/server-size.ts';
import { firstSettings, type ServerSettings } from '../domain/settings.ts';
import { tlsModeOf, withTls } from '../domain/tls.ts';
import { readRunningRestores } from '../store/running-restores.ts';
import type { Store } from '../store/store.ts';
import { resolveSnapshotOfInput } from './resolve-snapshot.ts';
import { readLast, type LeftBehind } from './left-behind.ts';
import type { Planning, PlanRequest } from './planning.ts';

/** A database that does not exist yet has no ports. */
export type PlannedDatabase = Omit<Database, 'ports'>;

export interface Planned {
  readonly input: ParsedInput<OperationWorkflow>;
  readonly database: PlannedDatabase;
  readonly plan: Plan;
  /** What a new database starts with; null: nothing. */
  readonly restored: Restored | null;
  /** What this operation resumes; null if it starts from the beginning. */
  readonly unfinished: Unfinished | null;
  /** The open rollback window of an earlier operation. */
  readonly previous: Checkpoint | null;
  /** Settings of the primary; null if it was not asked or did not answer. */
  readonly settings: ServerSettings | null;
}

/**
 * The plan of an operation as it would begin now. The API shows it, the worker runs it.
 * @throws PgrowError why it may not begin
 */
export const planRequest = async (
  planning: Planning,
  request: PlanRequest,
  /** Counts as already undone: the worker has undone it, and a caller that only wants the plan touches nothing. */
  left: LeftBehind | null,
): Promise<Planned> => {
  const { workflow, operation } = request;
  if (isMaker(workflow)) return planNewDatabase(planning, workflow, request);
  const { nodes } = planning;
  const store = workflow === 'destroyDatabase' ? overUnreadable(planning.store) : planning.store;
  const input = parse(request);
  const database = await knownDatabase(store, input.service_id);
  refuseHeld(workflow, database);
  if (workflow === 'destroyDatabase') refuseProtected(database);
  if (workflow === 'destroyDatabase') refuseWhileCopied(database, await readRunningRestores(store));
  const unfinished = left ? null : await readUnfinished(store, database.id, operation);
  const resumed = unfinished && resume(database.name, requestOf(workflow, input), unfinished);
  const planned = { input, database, restored: null };
  if (resumed) {
    const previous = await readWindow(store, database.id, [operation, unfinished.operation.id]);
    // Its losses were confirmed when it started.
    return { ...planned, plan: { ...resumed, losses: [] }, unfinished, previous, settings: null };
  }
  const previous = await readWindow(store, database.id, [operation, left?.abandoned.operation]);
  const last = previous && (await store.readPlan(previous.operation_id));
  // What is removed as a whole needs no look, and no passwords, which may be lost.
  const isRemoved = workflow === 'destroyDatabase';
  const {
    leadership,
    facts,
    settings,
    change = null,
    rotation = null,
  } = isRemoved ? unlooked(database) : await lookAt(nodes, database, workflow, input);
  const circumstances = {
    database,
    operation_id: operation,
    ...leadership,
    last,
    restored: null,
    facts,
    change,
    rotation,
  };
  const plan = planOperation(workflow, input, circumstances, planning.prices);
  return { ...planned, plan, unfinished: null, previous, settings };
};

const refuseProtected = ({ name, protected: isProtected }: Pick<Database, 'name' | 'protected'>): void => {
  if (!isProtected) return;
  const message = `${name} is protected, so it is not destroyed. To let it be destroyed: ./pgrow protect ${name} --off`;
  throw new PgrowError('refused', message);
};

/** A destroy removes everything: a plan that this version cannot read must not prevent that. */
const overUnreadable = (store: Store): Store => ({
  ...store,
  readPlan: (operation) =>
    store.readPlan(operation).catch((error: unknown) => {
      if (error instanceof PgrowError && error.code === 'needs_operator') return null;
      throw error;
    }),
});

/** Of one that is stopped only the engine can say anything; who led last is on record. */
const lookAt = async (
  nodes: Planning['nodes'],
  database: Database,
  workflow: OperationWorkflow,
  input: ParsedInput<OperationWorkflow>,
): Promise<Looked> => {
  const { stopped, primary: leader } = database.topology;
  const holdings = workflow === 'failover';
  if (!stopped) {
    const change = workflow === 'changeDatabase' ? changeQuestion(input as ParsedInput<'changeDatabase'>) : undefined;
    const more = { ...(change && { change }), ...(isPasswordRotation(workflow, input) && { rotation: true as const }) };
    // Where certificates have ended, no server can be asked: that must not keep them from being renewed.
    const asks = workflow !== 'rotateDatabase' || isPasswordRotation(workflow, input);
    return nodes.readCircumstances(database, { facts: asks, settings: asks, holdings, ...more });
  }
  const { leadership } = await nodes.readCircumstances(database, { facts: false, settings: false });
  return { leadership: { ...leadership, leader, leaderless: false, holdings: null }, facts: null, settings: null };
};

interface Looked extends Omit<Circumstances, 'leadership'> {
  readonly leadership: Pick<Leadership, 'leader' | 'candidates'> & Partial<Leadership>;
}

const isPasswordRotation = (workflow: OperationWorkflow, input: ParsedInput<OperationWorkflow>): boolean =>
  workflow === 'rotateDatabase' && (input as ParsedInput<'rotateDatabase'>).what === 'password';

/** What is asked for, and what follows from memory if that is. */
const changeQuestion = ({ settings, extensions }: ParsedInput<'changeDatabase'>): ChangeQuestion => ({
  settings,
  extensions,
});

const unlooked = ({ topology }: Database): Looked => ({
  leadership: { leader: topology.primary, candidates: [] },
  facts: null,
  settings: null,
});

/** An operation that is already on record: the recorded plan counts, even if a different one would be made now. */
export const recallRequest = async ({ store }: Planning, request: PlanRequest): Promise<Planned> => {
  const { workflow, operation } = request;
  const input = parse(request);
  const database = await knownDatabase(store, input.service_id);
  const plan = await store.readPlan(operation);
  if (!plan) throw new PgrowError('internal', `Operation ${operation} is on record without a plan.`);
  const before = await readUnfinished(store, database.id, operation);
  const unfinished = before && resume(database.name, requestOf(workflow, input), before) ? before : null;
  const previous = await readWindow(store, database.id, [operation, unfinished?.operation.id]);
  return { input, database, plan, restored: null, unfinished, previous, settings: null };
};

const makers = ['createDatabase', 'restoreSnapshot'] as const;
export type Maker = (typeof makers)[number];

/** Whether the operation makes a database. */
export const isMaker = (workflow: OperationWorkflow): workflow is Maker =>
  (makers as readonly OperationWorkflow[]).includes(workflow);

/** Registered or not: its worker may have died after that. */
const planNewDatabase = async (
  { store, home, prices }: Planning,
  workflow: Maker,
  request: PlanRequest,
): Promise<Planned> => {
  const restored = workflow === 'restoreSnapshot' ? await resolveSnapshotOfInput(store, request.input) : null;
  const input = parse(request) as ParsedInput<Maker>;
  const { service_id: id, project, name } = input;
  const holder = await store.readDatabase(name);
  if (holder && holder.id !== id)
    throw new PgrowError('name_taken', `There is a database named ${name} already. Choose another name.`);
  // A restored database has its source's major and settings, and its size unless another is chosen.
  const like = restored ? likeSource(restored, input as RestoreWish) : asAsked(input as Wish);
  const draft = { id, project, name, home, ...like, size: chosenSize(input, restored?.size) };
  const topology = firstTopology({ ...draft, topology: withTls(input.tls ?? tlsModeOf(restored ?? {})) });
  const database = (await store.readDatabase(id)) ?? { ...draft, topology };
  const plan = planMaking(workflow, input, { database, restored }, prices);
  return { input, database, plan, restored, unfinished: null, previous: null, settings: null };
};

type Wish = ParsedInput<'createDatabase'>;
type RestoreWish = ParsedInput<'restoreSnapshot'>;

const likeSource = (
  { source, snapshot, postgres_major, settings, chosen_settings }: Restored,
  { source_service_id: service_id }: RestoreWish,
) => ({
  postgres_major,
  ...(settings ? { settings } : {}),
  ...(chosen_settings ? { chosen_settings } : {}),
  restored_from: { service_id, database: source, snapshot: snapshot.id, taken_at: snapshot.created_at },
});

const asAsked = ({ postgres_major, locale }: Wish) => ({ postgres_major, settings: firstSettings(locale) });

const parse = ({ workflow, input }: PlanRequest): ParsedInput<OperationWorkflow> => {
  const parsed = parseInput(operationInputs[workflow] as z.ZodType<ParsedInput<OperationWorkflow>>, input);
  if (workflow === 'rotateDatabase') refuseUnusedHow('The input', input);
  return parsed;
};

/** The previous operation, if it stopped past its point of no return. */
const readUnfinished = async (store: Store, id: string, operation: string): Promise<Unfinished | null> => {
  const { last, plan } = await readLast(store, id, operation);
  return unfinishedOf(last, plan);
};

/** The open window, apart from those of these operations. */
const readWindow = async (store: Store, id: string, besides: readonly (string | undefined)[]) =>
  (await store.listCheckpoints(id)).find(
    ({ status, operation_id }) => status === 'open' && !besides.includes(operation_id),
  ) ?? null;

const knownDatabase = async (store: Store, id: string): Promise<Database> => {
  const database = await store.readDatabase(id);
  if (database) return database;
  const names = (await store.listDatabases({})).map(({ name }) => name);
  throw new PgrowError('not_found', `There is no database ${id}. There are: ${names.join(', ') || 'none'}.`);
};
