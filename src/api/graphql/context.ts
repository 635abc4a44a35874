import type { FastifyRequest } from 'fastify';
import { GraphQLID, GraphQLNonNull } from 'graphql';
import { PgrowError } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { allProjects } from '../../domain/tokens.ts';
import { callerOf, requireProject } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { ServiceParams } from '../lookup.ts';
import { shortened } from '../shortened.ts';

/** What resolvers know beside their arguments. */
export type GraphqlContext = {
  readonly request: FastifyRequest;
  /** Aborts when the caller has gone, or the API stops. */
  readonly signal: AbortSignal;
};

/** Of every field that concerns one database. */
export const serviceArgs = {
  serviceId: { type: new GraphQLNonNull(GraphQLID), description: 'Id or name of the database.' },
  projectId: {
    type: GraphQLID,
    description: "By default the token's; of a token for all projects, that of the database.",
  },
} as const;

export interface ServiceArgs {
  readonly serviceId: string;
  readonly projectId?: string | null;
}

/**
 * Names are unique in a control plane, so only of a database that is gone a token for all projects has to name the project.
 * @throws PgrowError `invalid_input` for what can be no id, `forbidden` for another project than the token's, `not_found`
 */
export const paramsOf = async (
  { store }: Pick<ApiDependencies, 'store'>,
  { request }: GraphqlContext,
  { serviceId, projectId }: ServiceArgs,
): Promise<ServiceParams> => {
  const caller = callerOf(request);
  checkId('serviceId', serviceId);
  if (projectId != null) checkId('projectId', projectId, /^[^\0]{1,63}$/);
  if (projectId != null) {
    requireProject(caller, projectId);
    return { serviceId, projectId };
  }
  if (caller.project !== allProjects) return { serviceId, projectId: caller.project };
  const database = await store.readDatabase(serviceId);
  if (database) return { serviceId, projectId: database.project };
  throw new PgrowError(
    'not_found',
    `No project has a database ${serviceId}. If it is not made yet or destroyed, name its project as projectId.`,
  );
};

/** @throws PgrowError `invalid_input` for what is neither a name nor an id of anything */
export const checkId = (path: string, value: string, form = /^[\w.-]{1,63}$/): void => {
  if (form.test(value)) return;
  throw invalidInput('The request', [{ path, value: shortened(value), allowed: 'a name or an id' }]);
};
