import {
  GraphQLFloat,
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigMap,
} from 'graphql';
import { addressText, endpointsOf } from '../../domain/endpoints.ts';
import type { Member } from '../../domain/live-state.ts';
import { topologyDocument } from '../../domain/status.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { readSeen } from '../seen.ts';
import type { GraphqlContext } from './context.ts';
import { dear } from './limits.ts';
import type { Changed } from './run-change.ts';

/** What each mutation answers of its own. */
type Result = GraphQLFieldConfigMap<Changed, GraphqlContext>;

const find = ({ store }: Pick<ApiDependencies, 'store'>, { service_id, project }: Changed) =>
  store.readDatabase(service_id, project);

export const poolingResult = (dependencies: ApiDependencies): Result => ({
  poolingEndpoint: {
    type: GraphQLString,
    description: 'host:port in the network of the database; null until PgBouncer serves there.',
    resolve: async (changed) => {
      const database = await find(dependencies, changed);
      const pooled = database && endpointsOf(database).network.pooled;
      return pooled && addressText(pooled);
    },
  },
});

const replica = new GraphQLObjectType<Member>({
  name: 'PostgresReplica',
  fields: {
    id: { type: new GraphQLNonNull(GraphQLID), description: 'Name of the node.', resolve: ({ name }) => name },
    status: { type: new GraphQLNonNull(GraphQLString), resolve: ({ state }) => state },
    lagBytes: { type: GraphQLFloat, description: 'Null if unknown.', resolve: ({ lag }) => lag },
  },
});

const haproxyEndpoints = new GraphQLObjectType<ReturnType<typeof topologyDocument>['routing']>({
  name: 'HAProxyEndpoints',
  description: 'host:port in the network of the database.',
  fields: {
    readWrite: { type: GraphQLString, resolve: ({ rw_endpoint }) => rw_endpoint },
    readOnly: { type: GraphQLString, resolve: ({ ro_endpoint }) => ro_endpoint },
    stats: { type: GraphQLString, resolve: ({ stats_endpoint }) => stats_endpoint },
  },
});

export const replicaResult = (dependencies: ApiDependencies): Result => {
  const see = async (changed: Changed) => {
    const database = await find(dependencies, changed);
    return database && { database, live: (await readSeen(dependencies, database, { isFresh: false })).live };
  };
  return {
    replicas: {
      type: new GraphQLList(new GraphQLNonNull(replica)),
      description: 'Those there are; the ones still being made follow with the end of the operation.',
      extensions: { cost: { ...dear, items: () => 6 } },
      resolve: async (changed) => (await see(changed))?.live.members.filter(({ role }) => role === 'replica'),
    },
    haproxyEndpoints: {
      type: haproxyEndpoints,
      description: 'Null where there is no HAProxy.',
      extensions: { cost: dear },
      resolve: async (changed) => {
        const seen = await see(changed);
        const routing = seen && topologyDocument(seen.database, seen.live).routing;
        return routing?.enabled ? routing : null;
      },
    },
  };
};

export const haResult = (): Result => ({
  migrationJobId: {
    type: GraphQLID,
    description: 'Id of the operation.',
    resolve: ({ operation_id }) => operation_id,
  },
  patroniClusterName: {
    type: GraphQLString,
    description: 'Scope of the Patroni cluster that is built; null until a worker has planned it.',
    resolve: ({ plan }) => plan?.to?.ha?.scope ?? null,
  },
});

export const switchoverResult = (): Result => ({
  previousLeader: {
    type: GraphQLString,
    description: 'Null until a worker has planned it.',
    resolve: ({ plan }) => plan?.from?.primary ?? null,
  },
  newLeader: {
    type: GraphQLString,
    description: 'The node that leads, or in a dry run would; null until the operation is done.',
    resolve: ({ operation, planned, plan }) =>
      planned || operation?.status === 'done' ? (plan?.to?.primary ?? null) : null,
  },
});
