import { z } from 'zod';
import { PgrowError, withoutStop, type Problem } from './errors.ts';

export const invalidInput = (subject: string, problems: readonly Problem[]): PgrowError => {
  const list = problems.map(({ path, value, allowed }) => `${path || 'input'} is ${shown(value)}, allowed: ${allowed}`);
  return new PgrowError('invalid_input', `${subject} is invalid: ${withoutStop(list.join('; '))}.`, { problems });
};

/** What zod found wrong, in the words of the catalogue. `prefix` is the path of `input` in what the user sent. */
export const problemsOf = (
  schema: z.ZodType,
  error: z.ZodError,
  input: unknown,
  prefix: readonly PropertyKey[] = [],
): readonly Problem[] => {
  const rules = rulesOf(schema);
  return error.issues.flatMap((issue): Problem[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(ruleAt(rules, issue.path)?.properties ?? {}).toSorted();
      return issue.keys.map((key) => ({
        path: pathText([...path, key]),
        value: valueAt(input, [...issue.path, key]),
        allowed: known.length > 0 ? `one of the names ${known.join(', ')}` : 'nothing',
      }));
    }
    if (issue.code === 'invalid_key') {
      const allowed = issue.issues.map(({ message }) => message).join('; ');
      return [{ path: pathText(path), value: valueAt(input, issue.path), allowed }];
    }
    const rule = ruleAt(rules, issue.path);
    const allowed = issue.code === 'custom' || !rule ? issue.message : (allowedText(rule) ?? issue.message);
    return [{ path: pathText(path), value: valueAt(input, issue.path), allowed }];
  });
};

/** The part of JSON Schema that says what is allowed. */
export interface Rule {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Rule>>;
  readonly items?: Rule;
}

export const rulesOf = (schema: z.ZodType): Rule => {
  const { $schema: _, ...rule } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rule as Rule;
};

const ruleAt = (rule: Rule, path: readonly PropertyKey[]): Rule | undefined =>
  path.reduce<Rule | undefined>(
    (found, key) => (typeof key === 'number' ? found?.items : found?.properties?.[String(key)]),
    rule,
  );

const allowedText = (rule: Rule): string | null => {
  if (rule.enum) return rule.enum.map(String).join(', ');
  if (rule.const !== undefined) return JSON.stringify(rule.const);
  if (rule.format === 'uuid') return 'a UUID';
  // Its message says more than its type.
  if (rule.format !== undefined) return null;
  switch (rule.type) {
    case 'boolean':
      return 'true, false';
    case 'integer':
    case 'number':
      return `${rule.type === 'integer' ? 'a whole number' : 'a number'}${rangeText(rule)}`;
    case 'string':
      return rule.maxLength === undefined ? 'text' : `text of ${rule.minLength ?? 0} to ${rule.maxLength} characters`;
    case 'object':
      return 'an object';
    default:
      return null;
  }
};

const rangeText = ({ minimum, maximum }: Rule): string =>
  minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  ) ?? null;

const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.');

const shown = (value: unknown): string => (value === null ? 'missing' : JSON.stringify(value));
