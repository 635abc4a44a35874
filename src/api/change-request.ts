import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../domain/input-problems.ts';
import { askedBy, type AskedBy } from './audit.ts';
import { serviceParams } from './lookup.ts';
import { agreedPlan, isDryRun, isSet, type AgreedPlan } from './query-parameters.ts';

/** What an `Idempotency-Key` stands for: a key serves one request, not another. */
export interface KeyedPart {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: unknown;
}

/** A change that is asked for, whichever interface it comes through. */
export interface ChangeRequest extends KeyedPart {
  readonly project: string;
  readonly askedBy: AskedBy;
  /** Plan it and touch nothing. */
  readonly isDryRun: boolean;
  /** Of a dry run: look at what would be checked first as well. */
  readonly wantsPreflight: boolean;
  /** The `Idempotency-Key`; null for none. */
  readonly key: string | null;
  /** Only the plan with this digest may run. */
  readonly agreed: AgreedPlan;
}

/** @throws PgrowError `invalid_input` for parameters and headers that do not fit */
export const changeRequestOf = (request: FastifyRequest): ChangeRequest => {
  const { method, url, body } = request;
  return {
    method,
    url,
    body,
    project: serviceParams(request).projectId,
    askedBy: askedBy(request),
    isDryRun: isDryRun(request),
    wantsPreflight: isSet(request, 'preflight'),
    key: checkKey(request.headers['idempotency-key'], 'Idempotency-Key'),
    agreed: agreedPlan(request),
  };
};

/** @throws PgrowError `invalid_input` */
export const checkKey = (key: unknown, path: string): string | null => {
  if (key === undefined || key === null) return null;
  if (typeof key === 'string' && /^[^\0]{1,200}$/s.test(key)) return key;
  throw invalidInput('The request', [{ path, value: key, allowed: '1 to 200 characters' }]);
};
