import { z } from 'zod';
import { metricNames, metricUnits } from '../../domain/metric-names.ts';
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
