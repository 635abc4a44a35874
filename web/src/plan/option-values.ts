import { plainText } from '../format/plain.ts';
import type { Change } from '../data/changes.ts';
import type { Status } from '../data/types.ts';
import type { Rule } from './option-rules.ts';
import { isInSeconds } from './option-labels.ts';
import { secondsOf, shortTime } from './seconds.ts';

type Body = Change['body'];

/** `replicas.count` of `{replicas: {count: 2}}`. */
export const valueAt = (body: Body, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? (value as Body)[key] : undefined),
      body,
    );

/** Undefined takes the option out of the body. */
export const withValue = (body: Body, path: string, value: unknown): Body => {
  const [key = '', ...rest] = path.split('.');
  const inner = rest.length > 0 ? withValue((body[key] ?? {}) as Body, rest.join('.'), value) : value;
  const isGone =
    inner === undefined || (rest.length > 0 && key !== 'pooling' && Object.keys(inner as Body).length === 0);
  const { [key]: _, ...others } = body;
  return isGone ? others : { ...others, [key]: inner };
};

/** What an option is where it is not given: as the database has it, else as the API says. */
export const usualValue = (path: string, rule: Rule, present: Body | null): unknown => present?.[path] ?? rule.default;

/** Options that stay as they are where they are not given. */
export const presentOptions = ({ kind }: Change, status: Status | null): Body | null => {
  if (kind === 'pooling') return status?.pooling.options ?? null;
  return kind === 'replicas' ? (status?.replicas.options ?? null) : null;
};

/** As a field shows it. */
export const textOf = (path: string, rule: Rule, value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'number' && isInSeconds(path, rule) ? shortTime(value) : plainText(value);
};

/** What a field says to the API. What fits nothing goes along as it is: the API says what is allowed. */
export const valueOf = (path: string, rule: Rule, text: string): unknown => {
  if (text.trim() === '') return undefined;
  const chosen = rule.enum?.find((each) => plainText(each) === text);
  if (chosen !== undefined) return chosen;
  if (isInSeconds(path, rule)) return secondsOf(text);
  const isNumber = rule.type === 'integer' || rule.type === 'number';
  return isNumber && /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
};
