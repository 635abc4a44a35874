import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../../domain/database.ts';
import { PgrowError } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import type { Node } from '../../domain/topology.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findDatabase, serviceParams } from '../lookup.ts';

export interface LogsDependencies extends Pick<ApiDependencies, 'store'> {
  /** The last `lines` lines that a container wrote, oldest first; of more than `mostBytes` the last, saying so. */
  readonly readLogs: (container: string, lines: number, mostBytes: number) => Promise<string>;
}

const usualLines = 50;
const mostLines = 10_000;
/** In one answer, and of it for one node. */
const mostBytes = 8 * 1024 * 1024;
const mostBytesOfNode = 2 * 1024 * 1024;

/** `GET …/postgres/logs?node=&lines=`: the last lines of every node, or of one. */
export const logsRoutes = (app: FastifyInstance, dependencies: LogsDependencies): void => {
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/logs',
    {
      config: { role: 'operator' },
      schema: { tags: ['history'], summary: 'Last log lines of the nodes', querystring: rules },
    },
    async (request) => {
      const lines = readLines(request);
      const { node } = request.query as { node?: string };
      const nodes = chooseNodes(await findDatabase(dependencies, serviceParams(request)), node);
      const share = Math.min(mostBytesOfNode, Math.floor(mostBytes / nodes.length));
      const logs = nodes.map(async ({ name, container }) => ({
        node: name,
        text: await dependencies.readLogs(container, lines, share),
      }));
      return { logs: await Promise.all(logs) };
    },
  );
};

const rules = {
  type: 'object',
  properties: {
    node: { type: 'string', description: 'Name of one node; all of them without it.' },
    lines: { type: 'integer', minimum: 1, maximum: mostLines, default: usualLines },
  },
} as const;

const readLines = (request: FastifyRequest): number => {
  const { lines } = request.query as { lines?: string };
  if (lines === undefined) return usualLines;
  const count = Number(lines);
  if (Number.isInteger(count) && count >= 1 && count <= mostLines) return count;
  throw invalidInput('The request', [
    { path: 'lines', value: lines, allowed: `a whole number from 1 to ${mostLines}` },
  ]);
};

const chooseNodes = ({ name, topology }: Database, node: string | undefined): readonly Node[] => {
  const nodes = [...topology.nodes, ...topology.kept];
  if (node === undefined) return nodes;
  const chosen = nodes.filter((candidate) => candidate.name === node);
  if (chosen.length > 0) return chosen;
  const names = nodes.map((candidate) => candidate.name).join(', ');
  throw new PgrowError('not_found', `${name} has no node ${node}. It has ${names}.`);
};
