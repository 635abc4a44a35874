import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput } from '../../domain/input-problems.ts';
import { metricNames, metrics } from '../../domain/metric-names.ts';
import type { SeriesWanted } from '../../domain/metric-series.ts';
import { recordLastsMs, usualStepMs } from '../../domain/sampling.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { metricsAnswer } from '../documents/numbers.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { checkWhole, choicesRule, readChoices, readText } from '../query-parameters.ts';
import { readSeries } from '../read-metrics.ts';
import { readMoment } from '../read-moment.ts';

const usualSpanMs = 3_600_000;
const seconds = { least: 2, most: 3600 };

/** `GET …/postgres/metrics?names=&since=&step=`: curves of the last day. */
export const metricsRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  app.get(
    '/v1/projects/:projectId/services/:serviceId/postgres/metrics',
    {
      config: { role: 'viewer', answers: { 200: metricsAnswer } },
      schema: { tags: ['state'], summary: 'What was measured in the last day, as curves', description, querystring },
    },
    async (request) => {
      const wanted = readWanted(request, Date.now());
      const database = await findDatabase(dependencies, serviceParams(request));
      const { series, says } = await readSeries(dependencies, database.id, wanted);
      const { step_ms, from, until } = wanted;
      return { step_ms, from: new Date(from).toISOString(), until: new Date(until).toISOString(), series, says };
    },
  );
};

const description =
  'A database that is asked for is measured every two seconds for a while, the others every five, or less often where there ' +
  'are hundreds; of what is older than a quarter of an hour there is one value for each half minute. ' +
  Object.entries(metrics)
    .map(([name, { unit, says }]) => `\`${name}\` (${unit}): ${says}`)
    .join(' ');

const querystring = {
  type: 'object',
  properties: {
    names: choicesRule(metricNames, 'Only these, separated by commas.'),
    since: { type: 'string', format: 'date-time', description: 'Default an hour ago, at most a day.' },
    step: {
      type: 'integer',
      minimum: seconds.least,
      maximum: seconds.most,
      description: 'Seconds from one point to the next; by default so many that there are about 240 points.',
    },
  },
} as const;

/** @throws PgrowError `invalid_input` */
const readWanted = (request: FastifyRequest, now: number): SeriesWanted => {
  const from = readMoment(request, 'since') ?? now - usualSpanMs;
  if (from > now || from < now - recordLastsMs - 60_000)
    throw invalidInput('The request', [
      { path: 'since', value: new Date(from).toISOString(), allowed: 'a moment of the last 24 hours' },
    ]);
  const step = readText(request, 'step');
  const names = readChoices(request, 'names', metricNames);
  const step_ms = step === undefined ? usualStepMs(now - from) : checkWhole('step', step, seconds) * 1000;
  return { from, until: now, step_ms, ...(names && { names }) };
};
