import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../../domain/database.ts';
import { messageOf, PgrowError } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { roles } from '../../domain/naming.ts';
import {
  loggedKinds,
  loggedStatements,
  withoutValues,
  type LoggedKind,
  type LoggedStatement,
} from '../../domain/query-log.ts';
import { howToLogSlow } from '../../domain/statements.ts';
import type { Node } from '../../domain/topology.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { queryLogAnswer } from '../documents/numbers.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { readChoice, readLimit, readText } from '../query-parameters.ts';
import { readMoment } from '../read-moment.ts';
import { noteRevealed, revealRule, wantsValues } from '../reveal.ts';

const usualSpanMs = 3_600_000;
/** From the end of each log. */
const linesRead = 10_000;
const bytesRead = 2 * 1024 * 1024;
const limits = { usual: 100, most: 1000 };

/** Statements of these are pgrow's own. */
const ownRoles = Object.values(roles).filter((role) => role !== roles.superuser);

/** `GET …/postgres/query-log?kind=&node=&since=&limit=&reveal=`: slow and failed statements. */
export const queryLogRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/query-log',
    {
      config: { role: 'viewer', answers: { 200: queryLogAnswer } },
      schema: { tags: ['history'], summary: 'Slow and failed statements', description, querystring },
    },
    async (request) => {
      const { kind, node, since, limit } = readQuery(request);
      const reveal = wantsValues(request);
      const database = await findDatabase(dependencies, serviceParams(request));
      const [{ entries, says }, logging] = await Promise.all([
        readEntries(dependencies, chooseServers(database, node), since),
        readLogging(dependencies, database),
      ]);
      if (reveal) await noteRevealed(dependencies, request, database, 'query_log_revealed');
      const chosen = entries
        .filter((entry) => (kind === undefined || entry.kind === kind) && Date.parse(entry.at) >= since)
        .toSorted((one, other) => other.at.localeCompare(one.at))
        .slice(0, limit);
      return {
        entries: reveal ? chosen : chosen.map(withoutValues),
        revealed: reveal,
        slow: logging.slow,
        says: [...says, ...(kind === 'failed' ? [] : logging.says)],
      };
    },
  );
};

const description =
  'From the end of the logs of the servers: 10,000 lines or 2 MB of each. Without `reveal` literals and parameters are hidden from everyone, ' +
  'and of what the server says of a failure only what it is known to say of itself is shown. Whether slow statements are logged is in `slow`.';

const querystring = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: loggedKinds, description: 'Only slow ones, or only those that failed.' },
    node: { type: 'string', description: 'Name of one server; all of them without it.' },
    since: { type: 'string', format: 'date-time', description: 'Only of this moment and later. Default an hour ago.' },
    limit: { type: 'integer', minimum: 1, maximum: limits.most, description: `Default ${limits.usual}.` },
    reveal: revealRule,
  },
} as const;

interface Query {
  readonly kind: LoggedKind | undefined;
  readonly node: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly limit: number;
}

/** @throws PgrowError `invalid_input` */
const readQuery = (request: FastifyRequest): Query => {
  const since = readMoment(request, 'since') ?? Date.now() - usualSpanMs;
  if (since > Date.now())
    throw invalidInput('The request', [
      { path: 'since', value: readText(request, 'since'), allowed: 'a moment that is past' },
    ]);
  return {
    kind: readChoice(request, 'kind', loggedKinds),
    node: readText(request, 'node'),
    since,
    limit: readLimit(request, limits),
  };
};

/** @throws PgrowError `not_found` */
const chooseServers = ({ name, topology }: Database, node: string | undefined): readonly Node[] => {
  const servers = [...topology.nodes, ...topology.kept].filter(({ kind }) => kind === 'postgres');
  const chosen = servers.filter((server) => node === undefined || server.name === node);
  if (chosen.length > 0) return chosen;
  const names = servers.map((server) => server.name).join(', ');
  throw new PgrowError('not_found', `${name} has no server ${node ?? ''}. It has ${names}.`);
};

/** A log that cannot be read is said, and the others are shown. */
const readEntries = async (
  { readLogs }: Pick<ApiDependencies, 'readLogs'>,
  servers: readonly Node[],
  since: number,
): Promise<{ readonly entries: readonly LoggedStatement[]; readonly says: readonly string[] }> => {
  const read = await Promise.all(
    servers.map(async ({ name, container }) => {
      try {
        const log = await readLogs(container, linesRead, bytesRead, new Date(since).toISOString());
        return { entries: loggedStatements(name, log, ownRoles), says: [] };
      } catch (error) {
        if (!(error instanceof PgrowError)) throw error;
        return { entries: [], says: [`The log of ${name} cannot be read: ${error.message}`] };
      }
    }),
  );
  return { entries: read.flatMap(({ entries }) => entries), says: read.flatMap(({ says }) => says) };
};

const readLogging = async ({ readLogSettings }: Pick<ApiDependencies, 'readLogSettings'>, { id }: Database) => {
  try {
    const settings = await readLogSettings(id);
    const { slow_ms } = settings;
    const slow = { logged: slow_ms !== null, above_ms: slow_ms };
    return { slow, says: slow_ms === null ? [howToLogSlow(settings)] : [] };
  } catch (error) {
    if (!(error instanceof PgrowError)) throw error;
    const says = [`Whether slow statements are logged is not known: ${messageOf(error)}`];
    return { slow: { logged: null, above_ms: null }, says };
  }
};
