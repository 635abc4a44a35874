import type { ChangeFacts, ChangeItem, Effect } from '../change.ts';
import { sizeOf } from '../container-spec.ts';
import type { Database } from '../database.ts';
import { PgrowError, type Problem } from '../errors.ts';
import { invalidInput } from '../input-problems.ts';
import type { ParsedInput } from '../inputs.ts';
import { tooSmall } from '../least-settings.ts';
import { extensionRefusal, findOffered } from '../offered-extensions.ts';
import { refusalOf } from '../refused-settings.ts';
import { memoryText, type ServerSize } from '../server-size.ts';
import { runsWith, shapeOf, type ServerShape } from '../server-shape.ts';
import { settingWarnings } from '../setting-warnings.ts';
import { ownOfServer, type Settings } from '../settings.ts';
import type { Node } from '../topology.ts';

type Request = Pick<ParsedInput<'changeDatabase'>, 'memory' | 'cpus' | 'storage' | 'settings' | 'extensions' | 'image'>;

export interface Wanted {
  /** What ALTER SYSTEM has set on the server that takes writes: recorded from now on. */
  readonly takenOver: Settings;
  /** Of every server. */
  readonly shape: ServerShape;
  /** To create in the application's database. */
  readonly extensions: readonly string[];
  readonly items: readonly ChangeItem[];
  readonly warnings: readonly string[];
}

/**
 * What a change asks for, as it will be of every server, and in words.
 * `primary`: the server that takes writes, as it is made and set now.
 * @throws PgrowError `invalid_input` with everything at once that cannot be; `refused` for what ALTER SYSTEM has set and may not be kept
 */
export const wantedOf = (
  database: Pick<Database, 'name' | 'settings' | 'postgres_major'>,
  primary: Node,
  request: Request,
  facts: ChangeFacts,
): Wanted => {
  const known = byLowerCase(facts.settings);
  const libraries = request.extensions.flatMap((name) => findOffered(name, database.postgres_major)?.library ?? []);
  const asked = withLibraries(canonicalNames(request.settings, known), primary, libraries, facts);
  refuseProblems(database, request, asked, facts);
  const takenOver = takenOverOf(database.name, primary, facts, asked);
  const before: ServerShape = shapeOf({
    ...primary,
    ...imageNow(primary, facts),
    chosen_settings: { ...primary.chosen_settings, ...takenOver },
  });
  const shape = shapeOf({
    size: sizeAsked(sizeOf(primary), request),
    chosen_settings: without({ ...before.chosen_settings, ...asked }),
    ...(request.image === undefined && before.image !== undefined && { image: before.image }),
  });
  const kept = database.settings ?? {};
  const extensions = request.extensions.filter((name) => facts.extensions[name]?.installed === null);
  return {
    takenOver,
    shape,
    extensions,
    items: [
      ...sizeItems(sizeOf(before), sizeOf(shape)),
      ...settingItems(runsWith(before, kept), runsWith(shape, kept), known, asked),
      ...Object.entries(takenOver).map(([name, value]) => item('setting', name, value, value, 'recorded')),
      ...extensions.map((name) => {
        const library = findOffered(name, database.postgres_major)?.library;
        const loads = library !== undefined && isNewlyLoaded(library, asked);
        return item('extension', name, null, facts.extensions[name]?.version ?? null, loads ? 'hand_over' : 'live');
      }),
      ...(before.image === shape.image ? [] : [item('image', null, before.image ?? null, 'newest', 'hand_over')]),
    ],
    warnings: [
      ...settingWarnings(shape.chosen_settings ?? {}),
      ...Object.keys(takenOver).map(
        (name) =>
          `ALTER SYSTEM has set ${name} on ${primary.name}: it is recorded, and set on every server from now on.`,
      ),
    ],
  };
};

const item = (
  subject: ChangeItem['subject'],
  name: string | null,
  from: string | null,
  to: string | null,
  takes_effect: Effect,
): ChangeItem => ({ subject, name, from, to, takes_effect });

type Asked = Readonly<Record<string, string | null>>;

const byLowerCase = (settings: ChangeFacts['settings']) =>
  new Map(Object.entries(settings).map(([name, known]) => [name.toLowerCase(), { name, ...known }]));

/** As the server writes their names. */
const canonicalNames = (asked: Asked, known: ReturnType<typeof byLowerCase>): Asked =>
  Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [known.get(name.toLowerCase())?.name ?? name.toLowerCase(), value]),
  );

const preload = 'shared_preload_libraries';

const librariesIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** What must be loaded with the server for an extension to be created is loaded. */
const withLibraries = (asked: Asked, primary: Node, libraries: readonly string[], facts: ChangeFacts): Asked => {
  // One that is taken back counts: the list begins from nothing.
  const now = facts.by_alter_system[preload] ?? primary.chosen_settings?.[preload];
  const loaded = librariesIn((preload in asked ? asked[preload] : now) ?? '');
  const missing = libraries.filter((library) => !loaded.includes(library));
  return missing.length === 0 ? asked : { ...asked, [preload]: [...loaded, ...missing].join(',') };
};

const refuseProblems = (
  database: Pick<Database, 'postgres_major'>,
  request: Request,
  asked: Asked,
  facts: ChangeFacts,
): void => {
  const problems = [
    ...Object.entries(asked).flatMap(([name, value]): readonly Problem[] => {
      const refusal =
        refusalOf(name) ??
        unknownSetting(name, facts) ??
        facts.refused[name] ??
        (value === null ? null : tooSmall(name, value));
      return refusal === null ? [] : [{ path: `settings.${name}`, value, allowed: refusal }];
    }),
    ...request.extensions.flatMap((name, index): readonly Problem[] => {
      const refusal = extensionRefusal(name, database.postgres_major) ?? missingExtension(name, facts);
      return refusal === null ? [] : [{ path: `extensions.${index}`, value: name, allowed: refusal }];
    }),
  ];
  if (problems.length > 0) throw invalidInput('The change', problems);
};

/** A library's settings are not known before it is loaded. */
const unknownSetting = (name: string, facts: ChangeFacts): string | null =>
  facts.settings[name] || name.includes('.') ? null : 'a setting that this version of PostgreSQL has';

const missingExtension = (name: string, { extensions }: ChangeFacts): string | null =>
  extensions[name]?.version == null && extensions[name]?.installed == null
    ? 'one that the image of this database has; bring it to the newest image first'
    : null;

/** @throws PgrowError `refused` for what pgrow needs otherwise */
const takenOverOf = (database: string, primary: Node, { by_alter_system }: ChangeFacts, asked: Asked): Settings => {
  const found = Object.entries(by_alter_system).filter(
    ([name]) => !ownOfServer.includes(name) && !name.startsWith('recovery_'),
  );
  const refused = found.flatMap(([name]) => {
    const refusal = refusalOf(name);
    return refusal === null ? [] : [`${name}: ${refusal}`];
  });
  if (refused.length > 0) {
    throw new PgrowError(
      'refused',
      `${database} cannot be changed while ALTER SYSTEM has set on ${primary.name} what pgrow needs otherwise (${refused.join('; ')}). ` +
        `Take it back first: ALTER SYSTEM RESET ${found.find(([name]) => refusalOf(name) !== null)?.[0]}`,
    );
  }
  // What is asked for now counts; what ALTER SYSTEM says is taken back all the same.
  return Object.fromEntries(found.filter(([name]) => !(name in asked)));
};

const imageNow = ({ name }: Node, { older_images }: ChangeFacts): Pick<ServerShape, 'image'> =>
  older_images[name] === undefined ? {} : { image: older_images[name] };

const sizeAsked = (present: ServerSize, { memory, cpus, storage }: Request): ServerSize => {
  const { storage_bytes, ...rest } = present;
  const limit = storage === undefined ? storage_bytes : storage;
  return {
    ...rest,
    ...(memory !== undefined && { memory_bytes: memory }),
    ...(cpus !== undefined && { cpus }),
    ...(limit !== null && limit !== undefined && { storage_bytes: limit }),
  };
};

const without = (settings: Asked): Settings =>
  Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== null));

const sizeItems = (before: ServerSize, after: ServerSize): readonly ChangeItem[] => [
  ...(before.memory_bytes === after.memory_bytes
    ? []
    : [item('memory', null, memoryText(before.memory_bytes), memoryText(after.memory_bytes), 'hand_over')]),
  ...(before.cpus === after.cpus ? [] : [item('cpus', null, String(before.cpus), String(after.cpus), 'live')]),
  ...(before.storage_bytes === after.storage_bytes
    ? []
    : [item('storage', null, limitText(before.storage_bytes), limitText(after.storage_bytes), 'recorded')]),
];

const limitText = (bytes: number | undefined): string | null => (bytes === undefined ? null : memoryText(bytes));

/** What is asked for, and what follows from memory. */
const settingItems = (
  before: Settings,
  after: Settings,
  known: ReturnType<typeof byLowerCase>,
  asked: Asked,
): readonly ChangeItem[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted().flatMap((name) => {
    if (before[name] === after[name]) return [];
    const fact = known.get(name.toLowerCase());
    const from = before[name] ?? fact?.value ?? null;
    const to = after[name] ?? null;
    // The server's own words for what it runs with: a value that is written otherwise only is not another one.
    const same = to !== null && to === fact?.value && name in asked;
    return [item('setting', name, from, to, !same && fact?.context === 'postmaster' ? 'hand_over' : 'live')];
  });

/** Which a server does as it starts. */
const isNewlyLoaded = (library: string, asked: Asked): boolean => librariesIn(asked[preload] ?? '').includes(library);
