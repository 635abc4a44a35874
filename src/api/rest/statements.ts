import type { FastifyInstance } from 'fastify';
import { applicationName } from '../../domain/database.ts';
import { hideLiterals } from '../../domain/hide-literals.ts';
import { howToCount, statementOrders } from '../../domain/statements.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { statementsAnswer } from '../documents/numbers.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { readChoice, readLimit } from '../query-parameters.ts';
import { noteRevealed, revealRule, wantsValues } from '../reveal.ts';

const limits = { usual: 20, most: 100 };

/** `GET …/postgres/statements?order=&limit=&reveal=`: those that cost most. */
export const statementsRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/statements',
    {
      config: { role: 'viewer', answers: { 200: statementsAnswer } },
      schema: {
        tags: ['history'],
        summary: 'Statements that cost most, where pg_stat_statements is on',
        description:
          'Of the server that takes writes. `available` is false where nothing is counted; `says` has how to turn it on. Most statements ' +
          'are counted without their values; the values in others are hidden without `reveal`.',
        querystring,
      },
    },
    async (request) => {
      const order = readChoice(request, 'order', statementOrders) ?? 'total';
      const limit = readLimit(request, limits);
      const reveal = wantsValues(request);
      const database = await findDatabase(dependencies, serviceParams(request));
      const { container, found } = await dependencies.readStatements(database.id, { order, limit });
      if (typeof found === 'string') {
        const says = [howToCount(found, { container, name: applicationName(database.name) })];
        return { available: false, since: null, statements: [], revealed: false, says };
      }
      if (reveal) await noteRevealed(dependencies, request, database, 'statements_revealed');
      const { since, statements } = found;
      const shown = statements.map((each) => ({ ...each, statement: hideLiterals(each.statement) }));
      return { available: true, since, statements: reveal ? statements : shown, revealed: reveal, says: [] };
    },
  );
};

const querystring = {
  type: 'object',
  properties: {
    order: {
      type: 'string',
      enum: statementOrders,
      description: 'By the time of all calls, by the mean time of one, by calls or by rows. Default total.',
    },
    limit: { type: 'integer', minimum: 1, maximum: limits.most, description: `Default ${limits.usual}.` },
    reveal: revealRule,
  },
} as const;
