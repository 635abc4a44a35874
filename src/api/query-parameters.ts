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

/** A parameter that names some of `known`, separated by commas; undefined where it is absent. */
export const readChoices = <C extends string>(
  request: FastifyRequest,
  path: string,
  known: readonly C[],
): readonly C[] | undefined => {
  const value = readText(request, path);
  if (value === undefined) return undefined;
  const given = value.split(',');
  const chosen = known.filter((each) => given.includes(each));
  if (given.every((each) => chosen.some((name) => name === each))) return chosen;
  throw invalidInput('The request', [{ path, value, allowed: `some of ${known.join(', ')}, separated by commas` }]);
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
  if (limit === undefined) return usual;
  const count = Number(limit);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw invalidInput('The request', [{ path: 'limit', value: limit, allowed: `a whole number from 1 to ${most}` }]);
};

/** `If-Match: "DIGEST"`: only the plan with this digest may run. */
export const agreedPlan = (request: FastifyRequest): { readonly plan_digest?: string } => {
  const given = request.headers['if-match'];
  if (given === undefined || given === '*') return {};
  const digest = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(given)?.[1];
  if (digest !== undefined) return { plan_digest: digest };
  throw invalidInput('The request', [
    { path: 'If-Match', value: given, allowed: 'the digest of a plan, as its ETag has it' },
  ]);
};

export const dryRunRules = {
  type: 'object',
  properties: { dry_run: { type: 'boolean', description: 'Answer with the plan and touch nothing.' } },
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
