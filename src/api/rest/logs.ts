import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../../domain/database.ts';
import { PgrowError, type Problem } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import type { LogFollower, Looks } from '../../domain/looks.ts';
import type { Node } from '../../domain/topology.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { logsAnswer } from '../documents/history.ts';
import { followLogs } from '../follow-logs.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { isSet } from '../query-parameters.ts';
import { isMoment, momentRule } from '../read-moment.ts';
import type { TokenWatch } from '../stream/valid-tokens.ts';
import { eventStreams } from './event-stream.ts';

export interface LogsDependencies
  extends Pick<ApiDependencies, 'store'>, TokenWatch, LogFollower, Pick<Looks, 'readLogs'> {}

const usualLines = 50;
const mostLines = 10_000;
/** In one answer, and of it for one node. */
const mostBytes = 8 * 1024 * 1024;
const mostBytesOfNode = 2 * 1024 * 1024;
/** Each holds a connection to the engine per node. */
const mostFollowers = 16;

/** `GET …/postgres/logs?node=&lines=&since=&follow=`: log lines of every node, or of one. */
export const logsRoutes = (app: FastifyInstance, dependencies: LogsDependencies): void => {
  const streams = eventStreams(app, dependencies.tokens);
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/logs',
    {
      exposeHeadRoute: false,
      config: { role: 'operator', streams: true, answers: { 200: logsAnswer } },
      schema: { tags: ['history'], summary: 'Log lines of the nodes', description, querystring: rules },
    },
    async (request, reply) => {
      const { node, lines, since } = readQuery(request);
      const database = await findDatabase(dependencies, serviceParams(request));
      const nodes = chooseNodes(database, node);
      if (!isSet(request, 'follow')) {
        const share = Math.min(mostBytesOfNode, Math.floor(mostBytes / nodes.length));
        const logs = nodes.map(async ({ name, container }) => ({
          node: name,
          text: await dependencies.readLogs(container, lines, share, since ?? undefined),
        }));
        return { logs: await Promise.all(logs) };
      }
      if (streams.count() >= mostFollowers) throw tooMany;
      const readNodes = async (): Promise<readonly Node[] | null> => {
        const current = await dependencies.store.readDatabase(database.id, database.project);
        return current && nodesOf(current).filter(({ name }) => node === undefined || name === node);
      };
      return streams.answer(request, reply, ({ signal, send }) =>
        followLogs({ ...dependencies, readNodes, from: { lines, since }, signal, send }),
      );
    },
  );
};

const description =
  'With `follow`: server-sent events, `nodes` with the names of the nodes when they change, `line` with `node`, `at` and `text`, ' +
  '`notice` with `node` and `message` when a log cannot be read at the moment, `error` with a problem document. A stream ends ' +
  `with the database. At most ${mostFollowers} are open at a time; one that is not read for 30 s is closed. To continue, ask ` +
  'for `since` the `at` of the last line. Logs contain what PostgreSQL logs, such as the text of statements that fail.';

const tooMany = new PgrowError(
  'too_many',
  `${mostFollowers} clients follow logs already, which is the limit. Close one of them, or read the logs without following.`,
);

const rules = {
  type: 'object',
  properties: {
    node: { type: 'string', description: 'Name of one node; all of them without it.' },
    lines: {
      type: 'integer',
      minimum: 1,
      maximum: mostLines,
      description: `Per node, from the end. Default ${usualLines}, with since ${mostLines}.`,
    },
    since: { type: 'string', format: 'date-time', description: 'Only lines of this moment and later.' },
    follow: { type: 'boolean', description: 'Continue with the lines to come, as server-sent events.' },
  },
} as const;

interface Query {
  readonly node: string | undefined;
  readonly lines: number;
  readonly since: string | null;
}

/** @throws PgrowError `invalid_input` with everything that does not fit */
const readQuery = (request: FastifyRequest): Query => {
  const { node, lines, since } = request.query as Readonly<Record<string, string | undefined>>;
  const problems: Problem[] = [];
  const count = Number(lines ?? (since === undefined ? usualLines : mostLines));
  if (!Number.isInteger(count) || count < 1 || count > mostLines)
    problems.push({ path: 'lines', value: lines, allowed: `a whole number from 1 to ${mostLines}` });
  if (since !== undefined && !isMoment(since)) problems.push({ path: 'since', value: since, allowed: momentRule });
  if (problems.length > 0) throw invalidInput('The request', problems);
  return { node, lines: count, since: since ?? null };
};

const nodesOf = ({ topology }: Database): readonly Node[] => [...topology.nodes, ...topology.kept];

const chooseNodes = (database: Database, node: string | undefined): readonly Node[] => {
  const nodes = nodesOf(database);
  if (node === undefined) return nodes;
  const chosen = nodes.filter((candidate) => candidate.name === node);
  if (chosen.length > 0) return chosen;
  const names = nodes.map((candidate) => candidate.name).join(', ');
  throw new PgrowError('not_found', `${database.name} has no node ${node}. It has ${names}.`);
};
