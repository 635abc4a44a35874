import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput } from '../../domain/input-problems.ts';
import { allProjects } from '../../domain/tokens.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { auditAnswer } from '../documents/access.ts';
import { readLimit } from '../query-parameters.ts';

/** Every change that was asked for, and every refusal. */
export const auditRoutes = (app: FastifyInstance, { store }: ApiDependencies): void => {
  app.get(
    '/v1/audit',
    {
      config: { role: 'admin', answers: { 200: auditAnswer } },
      schema: {
        tags: ['access'],
        summary: 'Changes that were asked for, and refusals, newest first; `next` continues as `before`',
        querystring: auditRules,
      },
    },
    async (request) => {
      const limit = readLimit(request, { usual: 100, most: 1000 });
      const { database } = request.query as { database?: string };
      const { project } = callerOf(request);
      const before = readBefore(request);
      const entries = await store.listAudit({
        limit,
        ...(project !== allProjects && { project }),
        ...(database !== undefined && { database }),
        ...(before !== undefined && { before }),
      });
      const last = entries.at(-1);
      return { entries, next: entries.length === limit && last ? last.id : null };
    },
  );
};

const readBefore = (request: FastifyRequest): string | undefined => {
  const { before } = request.query as { before?: string };
  if (before === undefined || /^\d{1,18}$/.test(before)) return before;
  throw invalidInput('The request', [{ path: 'before', value: before, allowed: 'what `next` was in an answer' }]);
};

const auditRules = {
  type: 'object',
  properties: {
    database: { type: 'string', description: 'Only those about this database: its name or id.' },
    before: { type: 'string', description: 'Only those before this one: `next` of the answer before.' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  },
} as const;
