import { z } from 'zod';
import { metricsAnswer } from '../api/documents/numbers.ts';
import { postgresPath } from '../cli/api-client.ts';
import { metricNames } from '../domain/metric-names.ts';
import { ofDatabase, query } from './inputs.ts';
import { readTool, type Tool } from './tool.ts';

const since = z.iso.datetime({ offset: true }).optional();

/** What a database does, in numbers. */
export const numberTools: readonly Tool[] = [
  readTool({
    name: 'get_metrics',
    title: 'What was measured of a database',
    description:
      'Curves of the last day: connections, transactions, lag, clients that wait for a connection, cache hits, size. Ask for few names and a long step: every point is part of the answer.',
    input: ofDatabase.extend({
      names: z.array(z.enum(metricNames)).min(1).optional().describe('Only these.'),
      since: since.describe('Default an hour ago, at most a day.'),
      step: z.number().int().min(2).max(3600).default(300).describe('Seconds from one point to the next.'),
    }),
    answer: metricsAnswer,
    path: ({ database, ...input }) => query(postgresPath(database, 'metrics'), input),
  }),
];
