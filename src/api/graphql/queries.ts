import {
  GraphQLBoolean,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { z } from 'zod';
import { costOf } from '../../domain/cost.ts';
import type { Database } from '../../domain/database.ts';
import type { OperationStatus, OperationType } from '../../domain/operation.ts';
import { healthDocument, topologyDocument } from '../../domain/status.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findDatabase, findOperation, findOperations } from '../lookup.ts';
import { readAuthority } from '../read-authority.ts';
import { newestFirst, pagesOf } from '../pages.ts';
import { readSeen } from '../seen.ts';
import { checkId, paramsOf, serviceArgs, type GraphqlContext, type ServiceArgs } from './context.ts';
import type { JsonTypes } from './json-types.ts';
import { dear, lookup, type FieldCost } from './limits.ts';

const freshArgs = {
  ...serviceArgs,
  fresh: {
    type: new GraphQLNonNull(GraphQLBoolean),
    defaultValue: false,
    description: 'Look at the nodes now, instead of at what the monitor has recorded within the last seconds.',
  },
};

const mostEntries = 100;
const pageArgs = (usual: number) => ({
  ...serviceArgs,
  limit: {
    type: new GraphQLNonNull(GraphQLInt),
    defaultValue: usual,
    description: `How many entries at most: from 1 to ${mostEntries}.`,
  },
  cursor: { type: GraphQLString, description: 'Where the page before has ended: its nextCursor.' },
});
const lookedUp = { cost: { own: lookup } satisfies FieldCost };
const asLimited = { cost: { own: lookup, items: ({ limit }) => Number(limit) } satisfies FieldCost };
const operationPages = pagesOf('operations', newestFirst(z.guid()), { usual: 20, most: mostEntries });
const eventPages = pagesOf('events', newestFirst(z.guid()), { usual: 50, most: mostEntries });

interface FreshArgs extends ServiceArgs {
  readonly fresh: boolean;
}
interface PageArgs extends ServiceArgs {
  readonly limit: number;
  readonly cursor?: string | null;
}
interface OperationsArgs extends PageArgs {
  readonly types?: readonly OperationType[] | null;
  readonly statuses?: readonly OperationStatus[] | null;
}

/** What REST answers under the same names, for viewers. */
export const queryType = (types: JsonTypes, dependencies: ApiDependencies) => {
  const { store, prices } = dependencies;
  const find = async (args: ServiceArgs, context: GraphqlContext): Promise<Database> =>
    findDatabase(dependencies, await paramsOf(dependencies, context, args));
  const see = (database: Database, { fresh }: FreshArgs) => readSeen(dependencies, database, { isFresh: fresh });
  const pageOf = (name: string) =>
    new GraphQLObjectType({
      name: `${name}Page`,
      fields: {
        entries: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(types.output(name)))) },
        nextCursor: { type: GraphQLString, description: 'Continues the list, sent as cursor; null at the end.' },
      },
    });
  const some = (name: 'OperationType' | 'OperationStatus') => {
    const type = types.enumeration(name);
    return { type: new GraphQLList(new GraphQLNonNull(type)), description: 'Only these.' };
  };

  return new GraphQLObjectType<unknown, GraphqlContext>({
    name: 'Query',
    fields: {
      postgresTopology: {
        type: types.output('Topology'),
        description: 'Stage, endpoints, replicas and leader.',
        args: freshArgs,
        extensions: { cost: dear },
        resolve: async (_, args: FreshArgs, context) => {
          const database = await find(args, context);
          return topologyDocument(database, (await see(database, args)).live);
        },
      },
      postgresHealth: {
        type: types.output('Health'),
        description: 'Members with role, state and lag.',
        args: freshArgs,
        extensions: { cost: dear },
        resolve: async (_, args: FreshArgs, context) => {
          const database = await find(args, context);
          return healthDocument(database, await see(database, args));
        },
      },
      postgresCost: {
        type: types.output('Cost'),
        description: 'Estimated cost per month.',
        args: serviceArgs,
        extensions: lookedUp,
        resolve: async (_, args: ServiceArgs, context) => costOf((await find(args, context)).topology, prices),
      },
      postgresCertificateAuthority: {
        type: types.output('CertificateAuthority'),
        description: 'By which clients verify a database that speaks TLS.',
        args: serviceArgs,
        extensions: lookedUp,
        resolve: async (_, args: ServiceArgs, context) => readAuthority(dependencies, await find(args, context)),
      },
      postgresOperations: {
        type: pageOf('Operation'),
        description: 'Operations, newest first, also of a database that no longer exists.',
        args: { ...pageArgs(20), types: some('OperationType'), statuses: some('OperationStatus') },
        extensions: asLimited,
        resolve: async (_, args: OperationsArgs, context) => {
          const page = operationPages.page(args);
          const chosen = { types: args.types ?? undefined, statuses: args.statuses ?? undefined };
          const params = await paramsOf(dependencies, context, args);
          const { entries, next } = await findOperations(dependencies, params, { ...chosen, ...page });
          return { entries, nextCursor: operationPages.cursor(next) };
        },
      },
      postgresOperation: {
        type: types.output('Operation'),
        description: 'One operation with its steps.',
        args: { ...serviceArgs, operationId: { type: new GraphQLNonNull(GraphQLID) } },
        extensions: lookedUp,
        resolve: async (_, { operationId, ...args }: ServiceArgs & { operationId: string }, context) => {
          checkId('operationId', operationId);
          return findOperation(dependencies, { ...(await paramsOf(dependencies, context, args)), operationId });
        },
      },
      postgresEvents: {
        type: pageOf('Event'),
        description: 'Events, newest first.',
        args: pageArgs(50),
        extensions: asLimited,
        resolve: async (_, args: PageArgs, context) => {
          const page = eventPages.page(args);
          const { entries, next } = await store.pageEvents((await find(args, context)).id, page);
          return { entries, nextCursor: eventPages.cursor(next) };
        },
      },
    },
  });
};
