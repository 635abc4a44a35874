import type { FastifyRequest } from 'fastify';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { ApiDependencies } from './dependencies.ts';

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

/** @throws PgrowError `not_found`, with the names there are */
export const findDatabase = async (
  { store }: Pick<ApiDependencies, 'store'>,
  { projectId, serviceId }: ServiceParams,
): Promise<Database> => {
  const database = await store.readDatabase(serviceId, projectId);
  if (database) return database;
  const names = (await store.listDatabases({ project: projectId })).map(({ name }) => name);
  const there = names.length > 0 ? `There is ${names.join(', ')}.` : 'There is none yet; create one.';
  throw new PgrowError('not_found', `Project ${projectId} has no database ${serviceId}. ${there}`);
};

/**
 * An operation of a database, also of one that is being created or has been destroyed.
 * @throws PgrowError `not_found`
 */
export const findOperation = async (
  { store }: Pick<ApiDependencies, 'store'>,
  { projectId, serviceId, operationId }: OperationParams,
): Promise<OperationDocument> => {
  const operation = await store.readOperation(operationId, projectId);
  if (operation && [operation.service_id, operation.database].includes(serviceId)) return operation;
  throw new PgrowError(
    'not_found',
    `Database ${serviceId} has no operation ${operationId}. If it was just started, no worker has taken it up yet.`,
  );
};
