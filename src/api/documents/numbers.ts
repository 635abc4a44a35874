import { z } from 'zod';
import { advisedPaths, adviceCodes, evidenceUnits, type Advice } from '../../domain/advice-kinds.ts';
import { metricNames, metricUnits } from '../../domain/metric-names.ts';
import { loggedKinds, type LoggedStatement } from '../../domain/query-log.ts';
import type { CountedStatement } from '../../domain/statements.ts';
import { milliseconds, moment, named } from './document.ts';

const says = z.array(z.string()).describe('What cannot be shown and why, and what to do about it.');

const series = named(
  'Series',
  'One metric of a database or of one of its nodes. All series of an answer have the same times.',
  z.strictObject({
    name: z.enum(metricNames),
    node: z.string().nullable().describe('Null for what belongs to no node.'),
    unit: z.enum(metricUnits),
    points: z
      .array(z.tuple([z.int(), z.number().nullable()]))
      .describe('Milliseconds since the epoch, and the value; null where nothing was measured.'),
  }),
);

export const metricsAnswer = named(
  'Metrics',
  'What was measured of a database in the last day.',
  z.strictObject({ step_ms: milliseconds, from: moment, until: moment, series: z.array(series), says }),
);

const revealed = z.boolean().describe('Whether the values in statements are shown.');

const loggedStatement: z.ZodType<LoggedStatement> = named(
  'LoggedStatement',
  'A statement that a server has logged because it was slow or because it failed.',
  z.strictObject({
    at: moment,
    node: z.string(),
    kind: z.enum(loggedKinds),
    duration_ms: milliseconds.nullable().describe('Of a slow one.'),
    database: z.string().nullable(),
    user: z.string().nullable(),
    application: z.string().nullable(),
    sqlstate: z.string().nullable(),
    message: z.string().nullable().describe('Of one that failed; null where it may hold values that are hidden.'),
    detail: z
      .string()
      .nullable()
      .describe('Parameters, or what the server says of the failure; null while values are hidden.'),
    statement: z.string().nullable(),
  }),
);

export const queryLogAnswer = named(
  'QueryLog',
  'Slow and failed statements in the logs of the servers, newest first.',
  z.strictObject({
    entries: z.array(loggedStatement),
    revealed,
    slow: z.strictObject({
      logged: z.boolean().nullable().describe('Null if the server does not answer.'),
      above_ms: milliseconds.nullable(),
    }),
    says,
  }),
);

const countedStatement: z.ZodType<CountedStatement> = named(
  'CountedStatement',
  'A statement, whatever its values, with what it has cost.',
  z.strictObject({
    query_id: z.string(),
    user: z.string(),
    statement: z.string(),
    calls: z.number(),
    total_ms: milliseconds,
    mean_ms: milliseconds,
    rows: z.number(),
    share: z.number().describe('Of the time of all statements of the database, 0 to 1.'),
  }),
);

export const statementsAnswer = named(
  'Statements',
  'What pg_stat_statements has counted on the server that takes writes.',
  z.strictObject({
    available: z.boolean(),
    since: moment.nullable(),
    statements: z.array(countedStatement),
    revealed,
    says,
  }),
);

const advice: z.ZodType<Advice> = named(
  'Advice',
  'What would be better, and why.',
  z.strictObject({
    code: z.enum(adviceCodes),
    says: z.string(),
    evidence: z.array(
      z.strictObject({
        name: z.string().describe('A metric, or `snapshot_age`, `older_images`.'),
        node: z.string().nullable(),
        value: z.number(),
        unit: z.enum(evidenceUnits),
        at: moment.describe('Until when it was measured.'),
        over_ms: milliseconds.describe('For how long up to then; 0 for a moment.'),
      }),
    ),
    request: z
      .strictObject({ path: z.enum(advisedPaths), body: z.record(z.string(), z.unknown()) })
      .nullable()
      .describe('To be posted below …/postgres/; null where pgrow has no operation for it.'),
  }),
);

export const adviceAnswer = named(
  'AdviceList',
  'What follows from the numbers of the last minutes, the most pressing first.',
  z.strictObject({ advice: z.array(advice), says }),
);
