import { cost } from '../api/documents/operation.ts';
import { candidatesAnswer, ladderAnswer } from '../api/documents/ladder.ts';
import {
  connectionStringsAnswer,
  healthAnswer,
  serviceAnswer,
  servicesAnswer,
  statusAnswer,
  topologyAnswer,
} from '../api/documents/state.ts';
import { z } from 'zod';
import { postgresPath, servicePath, servicesPath } from '../cli/api-client.ts';
import { readConnectionStrings, withoutPassword } from '../cli/connection-strings.ts';
import { ofDatabase, page, query, seenDatabase } from './inputs.ts';
import { defineTool, readOnly, readTool, type Tool } from './tool.ts';

/** What a database is, how it does, and where it can go. */
export const stateTools: readonly Tool[] = [
  readTool({
    name: 'list_databases',
    title: 'Databases',
    description:
      'Databases of the project by name: stage, size, nodes, host ports, cost. For their health: get_control_plane.',
    input: z.strictObject(page(50)),
    answer: servicesAnswer,
    path: (input) => query(servicesPath(), input),
  }),
  readTool({
    name: 'get_database',
    title: 'One database',
    description: 'A database as it is on record: stage, size, nodes, host ports, cost.',
    input: ofDatabase,
    answer: serviceAnswer,
    path: ({ database }) => servicePath(database),
  }),
  readTool({
    name: 'get_status',
    title: 'Status of a database',
    description:
      'Everything that is known of a database now: health, nodes, leader, lag, the operation that runs or needs an operator, the open rollback window, and notices that say what is wrong and what to do.',
    input: seenDatabase,
    answer: statusAnswer,
    path: ({ database, fresh }) => query(postgresPath(database, 'status'), { fresh }),
  }),
  readTool({
    name: 'get_topology',
    title: 'Topology of a database',
    description: 'Stage, pooling, routing, replicas and high availability of a database.',
    input: seenDatabase,
    answer: topologyAnswer,
    path: ({ database, fresh }) => query(postgresPath(database, 'topology'), { fresh }),
  }),
  readTool({
    name: 'get_health',
    title: 'Health of a database',
    description: 'Members of the cluster with role, state and lag, and notices that say what is wrong.',
    input: seenDatabase,
    answer: healthAnswer,
    path: ({ database, fresh }) => query(postgresPath(database, 'health'), { fresh }),
  }),
  readTool({
    name: 'get_ladder',
    title: 'Where a database can go',
    description:
      'Every stage, what it costs and what getting there would do with the usual options, or why it is refused now.',
    input: ofDatabase,
    answer: ladderAnswer,
    path: ({ database }) => postgresPath(database, 'ladder'),
  }),
  readTool({
    name: 'list_candidates',
    title: 'Nodes that writes can move to',
    description:
      'The leader, and the nodes that a switchover or failover could make the leader, or why they are not fit.',
    input: ofDatabase,
    answer: candidatesAnswer,
    path: ({ database }) => postgresPath(database, 'candidates'),
  }),
  readTool({
    name: 'get_cost',
    title: 'Cost of a database',
    description: 'Estimated cost per month in US dollars, by kind of node.',
    input: ofDatabase,
    answer: cost,
    path: ({ database }) => postgresPath(database, 'cost'),
  }),
  defineTool({
    name: 'get_endpoints',
    title: 'Where clients connect',
    description:
      'Connection strings without the password, from the Docker host and from the network of the database. A person gets the whole string with: ./pgrow url NAME',
    annotations: readOnly,
    input: ofDatabase,
    answer: connectionStringsAnswer,
    run: async ({ database }, { api }) => {
      const { host, network, ...rest } = await readConnectionStrings(api, database);
      return { answer: { ...rest, host: shown(host), network: shown(network) } };
    },
  }),
];

const shown = (strings: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(Object.entries(strings).map(([name, string]) => [name, string && withoutPassword(string)]));
