import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../domain/input-problems.ts';

/** `?dry_run=true`: answer with the plan and touch nothing. */
export const isDryRun = (request: FastifyRequest): boolean => isSet(request, 'dry_run');

/** `?fresh=true`: look at the nodes now. */
export const isFresh = (request: FastifyRequest): boolean => isSet(request, 'fresh');

/** A parameter that is true or false; absent is false. */
export const isSet = (request: FastifyRequest, path: string): boolean => {
  const value = (request.query as Record<string, string | undefined>)[path];
  if (value === undefined || value === 'false') return false;
  if (value === 'true' || value === '') return true;
  throw invalidInput('The request', [{ path, value, allowed: 'true, false' }]);
};

/** A parameter that is given once or not at all. */
export const readText = (request: FastifyRequest, path: string): string | undefined => {
  const value = (request.query as Record<string, string | readonly string[] | undefined>)[path];
  if (value === undefined || typeof value === 'string') return value;
  throw invalidInput('The request', [{ path, value, allowed: 'one value' }]);
};

/** A parameter with several values: separated by commas, or given several times. Undefined where it is absent. */
export const readTexts = (request: FastifyRequest, path: string): readonly string[] | undefined => {
  const value = (request.query as Record<string, string | readonly string[] | undefined>)[path];
  return value === undefined ? undefined : [value].flat().flatMap((each) => each.split(','));
};

/** A parameter that names some of `known`; undefined where it is absent. */
export const readChoices = <C extends string>(
  request: FastifyRequest,
  path: string,
  known: readonly C[],
): readonly C[] | undefined => {
  const given = readTexts(request, path);
  if (given === undefined) return undefined;
  const chosen = known.filter((each) => given.includes(each));
  if (given.every((each) => chosen.some((name) => name === each))) return chosen;
  const allowed = `some of ${known.join(', ')}, separated by commas`;
  throw invalidInput('The request', [{ path, value: given.join(), allowed }]);
};

/** The same of a parameter that names one of them. */
export const readChoice = <C extends string>(
  request: FastifyRequest,
  path: string,
  known: readonly C[],
): C | undefined => {
  const value = readText(request, path);
  const chosen = known.find((each) => each === value);
  if (value === undefined || chosen !== undefined) return chosen;
  throw invalidInput('The request', [{ path, value, allowed: `one of ${known.join(', ')}` }]);
};

export const choicesRule = (known: readonly string[], description: string) => ({
  type: 'array',
  items: { type: 'string', enum: known },
  description,
});

/** `?limit=`: how many entries a list gives at most. */
export const readLimit = (request: FastifyRequest, { usual, most }: { usual: number; most: number }): number => {
  const { limit } = request.query as { limit?: string };
  return limit === undefined ? usual : checkWhole('limit', limit, { least: 1, most });
};

/** @throws PgrowError `invalid_input` for what is no whole number in this range */
export const checkWhole = (
  path: string,
  value: string | number,
  { least, most }: { readonly least: number; readonly most: number },
): number => {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalidInput('The request', [{ path, value, allowed: `a whole number from ${least} to ${most}` }]);
};

/** `If-Match: "DIGEST"`: only the plan with this digest may run. */
export const agreedPlan = (request: FastifyRequest): AgreedPlan => {
  const given = request.headers['if-match'];
  return given === undefined || given === '*' ? {} : agreedDigest(given, 'If-Match');
};

export interface AgreedPlan {
  readonly plan_digest?: string;
}

/** @throws PgrowError `invalid_input` for what is not the digest of a plan */
export const agreedDigest = (given: string, path: string): AgreedPlan => {
  const digest = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(given)?.[1];
  if (digest !== undefined) return { plan_digest: digest };
  throw invalidInput('The request', [{ path, value: given, allowed: 'the digest of a plan, as its ETag has it' }]);
};

export const dryRunRules = {
  type: 'object',
  properties: {
    dry_run: { type: 'boolean', description: 'Answer with the plan and touch nothing.' },
    preflight: { type: 'boolean', description: 'With `dry_run`: look at engine, images, disk and ports as well.' },
  },
} as const;

/** Of a request that has no plan. */
export const foreseeRules = {
  type: 'object',
  properties: {
    dry_run: { type: 'boolean', description: 'Answer with what would happen and touch nothing.' },
  },
} as const;

/** Of every request that starts an operation. */
export const changeHeaders = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description:
        'The same request with the same key again starts nothing: it is answered with the operation of the first.',
    },
    'If-Match': {
      type: 'string',
      description: 'The digest of a plan, as the `ETag` of its dry run has it: only this plan runs.',
    },
  },
} as const;

export const freshRules = {
  type: 'object',
  properties: {
    fresh: {
      type: 'boolean',
      description: 'Look at the nodes now, instead of at what the monitor has recorded within the last seconds.',
    },
  },
} as const;
