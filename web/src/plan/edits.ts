import { plainText } from '../format/plain.ts';
import type { Change } from '../data/changes.ts';

/** What has been edited and not been done: a body of `POST …/postgres/change`, which may come from an address. */
export type Edits = Change['body'];

export const noEdits: Edits = {};

const single = ['memory', 'cpus', 'storage', 'image'] as const;
export type SingleEdit = (typeof single)[number];

/** By name; null takes a chosen value back. */
export const editedSettings = ({ settings }: Edits): Readonly<Record<string, string | null>> => {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return {};
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value === null ? null : plainText(value)]),
  );
};

export const addedExtensions = ({ extensions }: Edits): readonly string[] =>
  Array.isArray(extensions) ? extensions.filter((each) => typeof each === 'string') : [];

export const countOf = (edits: Edits): number =>
  single.filter((name) => edits[name] !== undefined).length +
  Object.keys(editedSettings(edits)).length +
  addedExtensions(edits).length;

/** Undefined takes an edit back. */
export const withEdit = (edits: Edits, name: SingleEdit, value: unknown): Edits => {
  const { [name]: _, ...others } = edits;
  return value === undefined ? others : { ...others, [name]: value };
};

export const withSetting = (edits: Edits, name: string, value: string | null | undefined): Edits => {
  const { [name]: _, ...others } = editedSettings(edits);
  const settings = value === undefined ? others : { ...others, [name]: value };
  const { settings: __, ...rest } = edits;
  return Object.keys(settings).length === 0 ? rest : { ...rest, settings };
};

export const withExtension = (edits: Edits, name: string, isWanted: boolean): Edits => {
  const others = addedExtensions(edits).filter((each) => each !== name);
  const extensions = isWanted ? [...others, name] : others;
  const { extensions: _, ...rest } = edits;
  return extensions.length === 0 ? rest : { ...rest, extensions };
};

const wishes: readonly string[] = [...single, 'settings', 'extensions'];

/** Whether a path of the body says what is to be changed: `memory`, `settings.work_mem`; and not how. */
export const isWish = (path: string): boolean => wishes.includes(path.split('.')[0]!);

/** Paths of all that is wished for, as problems have them: `settings.work_mem`, `extensions.0`. */
export const wishedPaths = (edits: Edits): readonly string[] => [
  ...single.filter((name) => edits[name] !== undefined),
  ...Object.keys(editedSettings(edits)).map((name) => `settings.${name}`),
  ...addedExtensions(edits).map((_, index) => `extensions.${index}`),
];

/** What stands at a path of a wish. */
export const wishedValue = (edits: Edits, path: string): string => {
  const [first = '', ...rest] = path.split('.');
  const value =
    first === 'settings'
      ? editedSettings(edits)[rest.join('.')]
      : first === 'extensions'
        ? addedExtensions(edits)[Number(rest[0])]
        : edits[first];
  return value === null || value === undefined ? '' : plainText(value);
};

/** Undefined leaves it out. */
export const withWish = (edits: Edits, path: string, value: string | undefined): Edits => {
  const [first = '', ...rest] = path.split('.');
  if (first === 'settings') return withSetting(edits, rest.join('.'), value);
  if (first === 'extensions') {
    const name = addedExtensions(edits)[Number(rest[0])];
    return name === undefined ? edits : withExtension(edits, name, value !== undefined);
  }
  return withEdit(edits, first as SingleEdit, first === 'cpus' ? numberOf(value) : value);
};

/** What is no number goes along as it is: the API says what is allowed. */
export const numberOf = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;

/** What is said of a value at its field. Of a setting it is the server that says it, in a sentence. */
export const problemText = (path: string, allowed: string): string =>
  path.startsWith('settings.') ? allowed : `Allowed: ${allowed}`;
