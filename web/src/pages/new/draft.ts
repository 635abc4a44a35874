/** What stands in the fields. */
export interface Draft {
  readonly name: string;
  readonly postgres_major: string;
  readonly memory: string;
  readonly cpus: string;
  readonly storage: string;
  readonly port: string;
  readonly locale: string;
}

const fields = [
  'name',
  'postgres_major',
  'memory',
  'cpus',
  'storage',
  'port',
  'locale',
] as const satisfies (keyof Draft)[];

/** Of the body that an address names. */
export const draftOf = (body: Readonly<Record<string, unknown>>): Draft =>
  Object.fromEntries(fields.map((field) => [field, textOf(body[field])])) as unknown as Draft;

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** As the API takes it. What is left empty is left to the API; what is no number where one belongs is sent as it is, and refused. */
export const bodyOf = (draft: Draft): Readonly<Record<string, unknown>> => ({
  ...text('name', draft.name),
  ...number('postgres_major', draft.postgres_major),
  ...text('memory', draft.memory),
  ...number('cpus', draft.cpus),
  ...text('storage', draft.storage),
  ...number('port', draft.port),
  ...text('locale', draft.locale),
});

const text = (field: keyof Draft, value: string) => (value.trim() === '' ? {} : { [field]: value.trim() });
const number = (field: keyof Draft, value: string) => {
  const trimmed = value.trim();
  if (trimmed === '') return {};
  return { [field]: /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed };
};
