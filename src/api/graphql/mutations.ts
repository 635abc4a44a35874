import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
} from 'graphql';
import { haOptions, operationOptions, poolingOptions } from '../../domain/options.ts';
import type { Database } from '../../domain/database.ts';
import { switchoverInput } from '../../domain/inputs.ts';
import { changeBody, rotateBody, switchoverBody } from '../bodies.ts';
import { databaseChange, haChange, poolingChange, rotateChange, switchoverChange } from '../choose-change.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Change } from '../start-change.ts';
import { addReplicaChange } from './add-replica.ts';
import { serviceArgs, type GraphqlContext } from './context.ts';
import type { JsonTypes } from './json-types.ts';
import { dear } from './limits.ts';
import { bodyOf } from './names.ts';
import { haResult, poolingResult, replicaResult, switchoverResult } from './results.ts';
import { longestWait, runChange, type ChangeArgs, type ChangeDependencies, type Changed } from './run-change.ts';
import { limitWaiters } from './waiters.ts';

interface Mutation {
  readonly name: string;
  readonly description: string;
  /** Of REST's route for the same change. */
  readonly path: string;
  readonly args: GraphQLFieldConfigArgumentMap;
  /** Seconds. */
  readonly usualWait: number;
  /** The body of that route. */
  readonly body: (args: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  readonly choose: (body: unknown, database: Database) => Change;
  /** Of the payload, beside those that every one has. */
  readonly result: GraphQLFieldConfigMap<Changed, GraphqlContext>;
}

/** For operators: each is one of REST's changes. */
export const mutationType = (types: JsonTypes, dependencies: ApiDependencies) => {
  const options = types.input('ChangeOptions', `How an operation is run. ${inSeconds}`, [operationOptions]);
  const config = (name: string, description: string, schema: typeof poolingOptions | typeof haOptions) => ({
    config: { type: new GraphQLNonNull(types.input(name, description, [schema])) },
    options: { type: options },
  });
  const configBody = ({ config: wanted, options: how }: Readonly<Record<string, unknown>>) => ({
    ...bodyOf(wanted as Record<string, unknown>),
    ...bodyOf(how as Record<string, unknown>),
  });
  const mutations: readonly Mutation[] = [
    {
      name: 'postgresEnablePooling',
      description: 'Pools connections with PgBouncer, or changes how.',
      path: 'pooling',
      args: config('PgBouncerConfig', 'What is not given stays as it is, or is the default.', poolingOptions),
      usualWait: 60,
      body: configBody,
      choose: poolingChange,
      result: poolingResult(dependencies),
    },
    {
      name: 'postgresAddReplica',
      description: 'Adds replicas, and HAProxy in front of them.',
      path: 'replicas',
      args: {
        count: {
          type: new GraphQLNonNull(GraphQLInt),
          description: 'How many replicas there are to be in all; no fewer than there are.',
        },
        enableHAProxy: { type: GraphQLBoolean, description: 'As it is if not given; true where there was no replica.' },
        options: { type: options },
      },
      usualWait: 60,
      body: ({ count, enableHAProxy, options: how }) => ({
        ...bodyOf({ count, enable_haproxy: enableHAProxy }),
        ...bodyOf(how as Record<string, unknown>),
      }),
      choose: addReplicaChange,
      result: replicaResult(dependencies),
    },
    {
      name: 'postgresEnableHA',
      description: 'Turns on high availability with Patroni and etcd. Takes minutes, so it answers at once.',
      path: 'ha',
      args: config('HAConfig', 'patroniTtlSeconds is failoverTime under another name.', haOptions),
      usualWait: 0,
      body: configBody,
      choose: haChange,
      result: haResult(),
    },
    {
      name: 'postgresChange',
      description: 'Changes memory, CPUs, storage, settings, extensions or the image, with one hand-over at most.',
      path: 'change',
      args: {
        change: {
          type: new GraphQLNonNull(
            types.input(
              'PostgresChangeInput',
              'What is not given stays as it is. Sizes are written as "4GiB"; null for storage takes its limit away. settings is an ' +
                'object of values by name, where null takes a value back. image is "newest".',
              [changeBody.change],
            ),
          ),
        },
        options: { type: options },
      },
      usualWait: 60,
      body: ({ change, options: how }) => ({
        ...changeBodyOf(change as Record<string, unknown>),
        ...bodyOf(how as Record<string, unknown>),
      }),
      choose: databaseChange,
      result: {},
    },
    {
      name: 'postgresRotate',
      description:
        'Gives the role of the application another password, or every node another certificate. Sessions go on; later logins need the new password.',
      path: 'rotate',
      args: {
        what: { type: GraphQLString, description: 'password (usually) or certificates.' },
        how: { type: GraphQLString, description: 'Of a password. at_once: only the new one logs in from then on.' },
        options: { type: types.input('RotateOptions', `How a rotation is run. ${inSeconds}`, [rotateBody.options]) },
      },
      usualWait: 60,
      body: ({ what, how, options: more }) => ({
        ...bodyOf({ what, how }),
        ...bodyOf(more as Record<string, unknown>),
      }),
      choose: rotateChange,
      result: {},
    },
    {
      name: 'postgresSwitchover',
      description: 'Moves writes to another node.',
      path: 'switchover',
      args: {
        targetNode: {
          type: GraphQLString,
          description: 'The replica that takes over; by default the one least behind.',
        },
        options: {
          type: types.input('SwitchoverOptions', `How a switchover is run. ${inSeconds}`, [
            switchoverInput.pick({ on_obstacle: true }),
            switchoverBody.options,
          ]),
        },
      },
      usualWait: 60,
      body: ({ targetNode, options: how }) => ({
        ...bodyOf({ targetNode }),
        ...bodyOf(how as Record<string, unknown>),
      }),
      choose: switchoverChange,
      result: switchoverResult(),
    },
  ];
  const changing = { ...dependencies, waiters: limitWaiters() };
  return new GraphQLObjectType<unknown, GraphqlContext>({
    name: 'Mutation',
    fields: Object.fromEntries(mutations.map((mutation) => [mutation.name, fieldOf(types, changing, mutation)])),
  });
};

/** Only of storage null means something. */
const changeBodyOf = (change: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...bodyOf(change),
  ...(change['storage'] === null && { storage: null }),
});

const fieldOf = (
  types: JsonTypes,
  dependencies: ChangeDependencies,
  { name, description, path, args, usualWait, body, choose, result }: Mutation,
): GraphQLFieldConfig<unknown, GraphqlContext> => ({
  type: new GraphQLObjectType<Changed, GraphqlContext>({
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}Payload`,
    fields: { ...commonResult(types), ...result },
  }),
  description,
  args: { ...serviceArgs, ...args, ...changeArgs(usualWait) },
  extensions: { cost: dear },
  resolve: (_, given, context) =>
    runChange(dependencies, context, { mutation: name, path, args: given as ChangeArgs, body: body(given), choose }),
});

const changeArgs = (usualWait: number) => ({
  confirm: {
    type: new GraphQLNonNull(GraphQLBoolean),
    defaultValue: false,
    description:
      'The warnings of the plan have been read; without it a change that takes something away is refused with them.',
  },
  dryRun: {
    type: new GraphQLNonNull(GraphQLBoolean),
    defaultValue: false,
    description: 'Answer with the plan and touch nothing.',
  },
  planDigest: { type: GraphQLString, description: 'Only the plan with this digest may run.' },
  idempotencyKey: { type: GraphQLString, description: 'The same request with the same key again starts nothing new.' },
  waitSeconds: {
    type: new GraphQLNonNull(GraphQLInt),
    defaultValue: usualWait,
    description:
      `How long to wait for the end of the operation, from 0 to ${longestWait}. After that the answer shows it as it is: ` +
      'follow it with the subscription postgresProgress.',
  },
});

const inSeconds =
  'Times are in seconds: checkpointTimeout, how long a rollback stays possible; patience, after which a step without progress ' +
  'gives up; cutoverDeadline, how long a prepared cut-over waits for its signal.';

/** Statuses with which nothing has gone wrong. */
const isGood = ({ operation }: Changed): boolean => !operation || ['running', 'done'].includes(operation.status);

const commonResult = (types: JsonTypes): GraphQLFieldConfigMap<Changed, GraphqlContext> => ({
  success: {
    type: new GraphQLNonNull(GraphQLBoolean),
    description:
      'False if the operation ended otherwise than done, and `operation.error` says why. True while it still runs: ' +
      '`operation.status` tells. A change that is refused is an error of the request.',
    resolve: isGood,
  },
  operationId: {
    type: GraphQLID,
    description: 'Null of a dry run.',
    resolve: ({ operation_id }) => operation_id,
  },
  operation: {
    type: types.output('Operation'),
    description: 'As it is after the wait; null of a dry run, and where it cannot be read at the moment.',
    resolve: ({ operation }) => operation,
  },
  plan: {
    type: types.output('Plan', 'operation'),
    description: 'What a dry run answers; null otherwise.',
    resolve: ({ planned }) => planned,
  },
  estimatedMonthlyCost: {
    type: GraphQLFloat,
    description: 'US dollars, once it is done; null if it is not known.',
    resolve: ({ estimated_monthly_cost }) => estimated_monthly_cost,
  },
  estimatedDurationMinutes: {
    type: GraphQLFloat,
    description: 'Of the whole operation; null if no worker has planned it yet.',
    resolve: ({ estimated_duration_minutes }) => estimated_duration_minutes,
  },
});
