import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { allProjects } from '../../domain/tokens.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { auditAnswer } from '../documents/access.ts';
import { pagesOf } from '../pages.ts';
import { readText } from '../query-parameters.ts';

const pages = pagesOf('audit', z.string().regex(/^\d{1,18}$/), { usual: 100, most: 1000 });

/** Every change that was asked for, and every refusal. */
export const auditRoutes = (app: FastifyInstance, { store }: ApiDependencies): void => {
  app.get(
    '/v1/audit',
    {
      config: { role: 'admin', answers: { 200: auditAnswer } },
      schema: {
        tags: ['access'],
        summary: 'Changes that were asked for, and refusals, newest first',
        querystring: auditRules,
      },
    },
    async (request) => {
      const { limit, after } = pages.read(request);
      const database = readText(request, 'database');
      const { project } = callerOf(request);
      const found = await store.listAudit({
        limit: limit + 1,
        ...(project !== allProjects && { project }),
        ...(database !== undefined && { database }),
        ...(after !== undefined && { before: after }),
      });
      const entries = found.slice(0, limit);
      return { entries, next_cursor: pages.cursor(found.length > limit ? (entries.at(-1)?.id ?? null) : null) };
    },
  );
};

const auditRules = {
  type: 'object',
  properties: {
    database: { type: 'string', description: 'Only those about this database: its name or id.' },
    ...pages.rules,
  },
} as const;
