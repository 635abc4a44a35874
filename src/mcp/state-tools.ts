import { z } from 'zod';
import { databasesAnswer } from '../api/documents/fleet.ts';
import { cost } from '../api/documents/operation.ts';
import { candidatesAnswer, ladderAnswer } from '../api/documents/ladder.ts';
import {
  authorityAnswer,
  connectionStringsAnswer,
  healthAnswer,
  serviceAnswer,
  statusAnswer,
  topologyAnswer,
} from '../api/documents/state.ts';
import { postgresPath, servicePath } from '../cli/api-client.ts';
import { readConnectionStrings, withoutPassword } from '../cli/connection-strings.ts';
import { healths } from '../domain/live-state.ts';
import { stages } from '../domain/stage.ts';
import { ofDatabase, page, query, seenDatabase } from './inputs.ts';
import { defineTool, readOnly, readTool, type Tool } from './tool.ts';

/** What a database is, how it does, and where it can go. */
export const stateTools: readonly Tool[] = [
  readTool({
    name: 'list_databases',
    title: 'Databases',
    description:
      'Databases with stage, health, why someone should look at them, and the operation that runs, from what was seen last. Those of all projects that the token may see; the other tools are about one project.',
    input: z.strictObject({
      q: z.string().min(1).max(100).optional().describe('Part of a name or of a project.'),
      health: z.array(z.enum(healths)).min(1).optional().describe('Only with one of these.'),
      stage: z
        .array(z.literal([...stages]))
        .min(1)
        .optional()
        .describe('Only at one of these.'),
      attention: z.boolean().default(false).describe('Only those that someone should look at.'),
      ...page(50),
    }),
    answer: databasesAnswer,
    path: (input) => query('/v1/databases', input),
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
  readTool({
    name: 'get_certificate_authority',
    title: 'By what clients verify a database',
    description: 'The certificate, PEM, that clients of a database with TLS take as sslrootcert, and when it expires.',
    input: ofDatabase,
    answer: authorityAnswer,
    path: ({ database }) => postgresPath(database, 'ca'),
  }),
  defineTool({
    name: 'get_endpoints',
    title: 'Where clients connect',
    description:
      'Connection strings without the password, from the Docker host and from the network that applications join. A person gets the whole string with: ./pgrow url NAME',
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
