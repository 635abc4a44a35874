import { GraphQLID, GraphQLNonNull, GraphQLObjectType } from 'graphql';
import type { ApiDependencies } from '../dependencies.ts';
import { followOperation } from '../follow-operation.ts';
import { findOperation } from '../lookup.ts';
import { checkId, paramsOf, serviceArgs, type GraphqlContext, type ServiceArgs } from './context.ts';
import type { JsonTypes } from './json-types.ts';

interface ProgressArgs extends ServiceArgs {
  readonly operationId: string;
}

export const subscriptionType = (types: JsonTypes, dependencies: ApiDependencies) =>
  new GraphQLObjectType<unknown, GraphqlContext>({
    name: 'Subscription',
    fields: {
      postgresProgress: {
        type: types.output('Operation'),
        description:
          'An operation, whenever it has changed, up to its end. For a reader that is slow, older ones are skipped.',
        args: { ...serviceArgs, operationId: { type: new GraphQLNonNull(GraphQLID) } },
        subscribe: async (_, { operationId, ...args }: ProgressArgs, context) => {
          checkId('operationId', operationId);
          const params = { ...(await paramsOf(dependencies, context, args)), operationId };
          const read = () => findOperation(dependencies, params);
          return followOperation(await read(), read, context.signal);
        },
        resolve: (operation) => operation,
      },
    },
  });
