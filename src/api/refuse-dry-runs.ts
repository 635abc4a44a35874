import type { FastifyInstance } from 'fastify';
import { invalidInput } from '../domain/input-problems.ts';
import { isDryRun } from './query-parameters.ts';

const harmless: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** A request that is only to be tried never acts: where a route has no dry run, it is refused. */
export const refuseDryRuns = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request) => {
    const { config, url } = request.routeOptions;
    if (request.is404 || harmless.includes(request.method) || config.plansFor !== undefined) return;
    if (!isDryRun(request)) return;
    const instead =
      url === '/graphql' ? 'in GraphQL each change has the argument dryRun' : 'this has no dry run, and would act';
    throw invalidInput('The request', [{ path: 'dry_run', value: true, allowed: `false: ${instead}` }]);
  });
};
