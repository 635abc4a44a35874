import { GraphQLSchema } from 'graphql';
import type { ApiDependencies } from '../dependencies.ts';
import { eventsAnswer } from '../documents/history.ts';
import { cost, operation, planned } from '../documents/operation.ts';
import { authorityAnswer, healthAnswer, topologyAnswer } from '../documents/state.ts';
import { jsonTypes } from './json-types.ts';
import { mutationType } from './mutations.ts';
import { queryType } from './queries.ts';
import { subscriptionType } from './subscriptions.ts';

/** Printed, it is `schema.graphql`: its test names what a change would break. */
export const createSchema = (dependencies: ApiDependencies): GraphQLSchema => {
  const types = jsonTypes([topologyAnswer, healthAnswer, authorityAnswer, cost, operation, eventsAnswer, planned]);
  return new GraphQLSchema({
    description: 'Grows PostgreSQL databases, step by step and back. What REST has under the same names.',
    query: queryType(types, dependencies),
    mutation: mutationType(types, dependencies),
    subscription: subscriptionType(types, dependencies),
  });
};
