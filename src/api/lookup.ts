import type { FastifyRequest } from 'fastify';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { OperationDocument, OperationStatus, OperationType } from '../domain/operation.ts';
import type { Page, PageWanted, Position } from '../store/lists.ts';
import { readAccepted, readAcceptedOf } from './accepted.ts';
import type { ApiDependencies } from './dependencies.ts';
import { shortened } from './shortened.ts';

/** Of paths below `/v1/projects/:projectId/services/:serviceId`. The id may be the name. */
export interface ServiceParams {
  readonly projectId: string;
  readonly serviceId: string;
}

export interface OperationParams extends ServiceParams {
  readonly operationId: string;
}

export const serviceParams = (request: FastifyRequest): ServiceParams => request.params as ServiceParams;
export const operationParams = (request: FastifyRequest): OperationParams => request.params as OperationParams;

/** That an error shows. */
const mostNames = 20;

/** @throws PgrowError `not_found`, with the names there are */
export const findDatabase = async (
  { store }: Pick<ApiDependencies, 'store'>,
  { projectId, serviceId }: ServiceParams,
): Promise<Database> => {
  const database = await store.readDatabase(serviceId, projectId);
  if (database) return database;
  const {
    entries: [last],
  } = await store.pageOperations({ named: serviceId, project: projectId }, { limit: 1 });
  if (last) throw new PgrowError('not_found', gone(last));
  const { entries, next } = await store.pageDatabases(projectId, { limit: mostNames });
  const names = `${entries.map(({ name }) => name).join(', ')}${next === null ? '' : ' and others'}`;
  const there = entries.length > 0 ? `There is ${names}.` : 'There is none yet; create one.';
  throw new PgrowError(
    'not_found',
    `Project ${shortened(projectId)} has no database ${shortened(serviceId)}. ${there}`,
  );
};

/** What can receive a message: a database, or one that is requested and waits to be made. */
export type Subject = Pick<Database, 'id' | 'name' | 'project'>;

/** @throws PgrowError `not_found` */
export const findSubject = async (
  dependencies: Pick<ApiDependencies, 'store' | 'client'>,
  params: ServiceParams,
): Promise<Subject> => {
  const { projectId: project, serviceId } = params;
  const database = await dependencies.store.readDatabase(serviceId, project);
  const accepted = database ? null : await readAcceptedOf(dependencies, project, serviceId);
  if (accepted?.status !== 'running') return database ?? findDatabase(dependencies, params);
  return { id: accepted.service_id, name: accepted.database, project };
};

/** A name that nothing has any more, or that never came to be. */
const gone = ({ database, type, status, ended_at }: OperationDocument): string =>
  `There is no database ${database}. The last operation of that name was ${type.replaceAll('_', ' ')}: ` +
  `${status.replaceAll('_', ' ')}${ended_at === null ? '' : `, ${ended_at}`}. See ./pgrow operations ${database}`;

/**
 * An operation of a database, also of one that is being created or has been destroyed, and one that no worker has taken
 * up yet.
 * @throws PgrowError `not_found`
 */
export const findOperation = async (
  dependencies: Pick<ApiDependencies, 'store' | 'client'>,
  { projectId, serviceId, operationId }: OperationParams,
): Promise<OperationDocument> => {
  const found = await findAnyOperation(dependencies, { project: projectId, operation: operationId });
  if (found && [found.service_id, found.database].includes(serviceId)) return found;
  throw new PgrowError('not_found', `Database ${shortened(serviceId)} has no operation ${shortened(operationId)}.`);
};

/** Before all that is on record. */
const beginning: Position = { at: 'infinity', id: '00000000-0000-0000-0000-000000000000' };

/** The same by its id alone, in one project or in all; null if there is none. */
export const findAnyOperation = async (
  dependencies: Pick<ApiDependencies, 'store' | 'client'>,
  { project, operation }: { readonly project: string | null; readonly operation: string },
): Promise<OperationDocument | null> => {
  const { store } = dependencies;
  const recorded = await store.readOperation(operation, project ?? undefined);
  if (recorded) return recorded;
  const request = await store.findAcceptedRequest(project, { operation });
  return request && readAccepted(dependencies, request);
};

interface OperationsPage extends PageWanted {
  readonly types: readonly OperationType[] | undefined;
  readonly statuses: readonly OperationStatus[] | undefined;
}

/**
 * What was done to a database or a name that was one, newest first; what is accepted and waits comes first.
 * @throws PgrowError `not_found`
 */
export const findOperations = async (
  dependencies: Pick<ApiDependencies, 'store' | 'client'>,
  params: ServiceParams,
  { types, statuses, limit, after }: OperationsPage,
): Promise<Page<OperationDocument>> => {
  const { store } = dependencies;
  const { projectId, serviceId } = params;
  const database = await store.readDatabase(serviceId, projectId);
  const of = database ? { service_id: database.id } : { named: serviceId, project: projectId };
  const wanted = { ...of, ...(types && { types }), ...(statuses && { statuses }) };
  const [accepted, recorded] = await Promise.all([
    after ? null : readAcceptedOf(dependencies, projectId, serviceId),
    store.pageOperations(wanted, { limit, after }),
  ]);
  if (!database && !accepted && recorded.entries.length === 0) {
    // A filter may leave out everything there was.
    const { entries } = await store.pageOperations(of, { limit: 1 });
    if (entries.length === 0) await findDatabase(dependencies, params);
  }
  const isWanted =
    accepted && (types?.includes(accepted.type) ?? true) && (statuses?.includes(accepted.status) ?? true);
  if (!isWanted) return recorded;
  if (limit === 1) return { entries: [accepted], next: recorded.entries.length > 0 ? beginning : null };
  const rest = recorded.entries.length < limit ? recorded : await store.pageOperations(wanted, { limit: limit - 1 });
  return { entries: [accepted, ...rest.entries], next: rest.next };
};
