import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../domain/input-problems.ts';
import { readText } from './query-parameters.ts';

/** A parameter that is a moment with its time zone, in milliseconds since the epoch; undefined where it is absent. */
export const readMoment = (request: FastifyRequest, path: string): number | undefined => {
  const value = readText(request, path);
  if (value === undefined) return undefined;
  if (isMoment(value)) return Date.parse(value);
  throw invalidInput('The request', [{ path, value, allowed: momentRule }]);
};

export const momentRule = 'a moment such as 2026-11-21T05:15:52Z';

export const isMoment = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
