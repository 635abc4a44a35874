import type { FastifyInstance } from 'fastify';
import { applicationName } from '../../domain/database.ts';
import { hideLiterals } from '../../domain/hide-literals.ts';
import { howToCount, statementOrders } from '../../domain/statements.ts';
import { askedLately } from '../asked-lately.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { statementsAnswer } from '../documents/numbers.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { readChoice, readLimit } from '../query-parameters.ts';
import { noteRevealed, revealRule, wantsValues } from '../reveal.ts';

const limits = { usual: 20, most: 100 };

/** While they are read no schema can be made, so they are not read for each who asks. */
const keptMs = 10_000;

/** `GET …/postgres/statements?order=&limit=&reveal=`: those that cost most. */
export const statementsRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const lately = askedLately<Awaited<ReturnType<ApiDependencies['readStatements']>>>(keptMs);
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/statements',
    {
      config: { role: 'viewer', answers: { 200: statementsAnswer } },
      schema: {
        tags: ['history'],
        summary: 'Statements that cost most, where pg_stat_statements is on',
        description:
          'Of the server that takes writes, of ten seconds ago at most. `available` is false where nothing is counted; `says` has how to turn it on. Most statements ' +
          'are counted without their values; the values in others are hidden without `reveal`.',
        querystring,
      },
    },
    async (request) => {
      const order = readChoice(request, 'order', statementOrders) ?? 'total';
      const limit = readLimit(request, limits);
      const reveal = wantsValues(request);
      const database = await findDatabase(dependencies, serviceParams(request));
      const { container, found } = await lately(`${database.id} ${order}`, () =>
        dependencies.readStatements(database.id, { order, limit: limits.most }),
      );
      if (typeof found === 'string') {
        const says = [howToCount(found, { container, name: applicationName(database.name) })];
        return { available: false, since: null, statements: [], revealed: false, says };
      }
      if (reveal) await noteRevealed(dependencies, request, database, 'statements_revealed');
      const { since } = found;
      const statements = found.statements.slice(0, limit);
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
