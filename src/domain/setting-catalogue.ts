import type { SettingContext } from './change.ts';
import { sizeOf } from './container-spec.ts';
import type { Database } from './database.ts';
import { holdsSecret, refusalOf } from './refused-settings.ts';
import { parametersOf } from './server-parameters.ts';
import { canonicalSettingName } from './setting-names.ts';
import { settingText } from './setting-text.ts';
import type { Settings } from './settings.ts';

export const settingTypes = ['bool', 'integer', 'real', 'string', 'enum'] as const;

/** A setting as the server that takes writes describes it (`pg_settings`). */
export interface DescribedSetting {
  readonly name: string;
  readonly category: string;
  readonly description: string;
  readonly type: (typeof settingTypes)[number];
  /** Of its numbers, as PostgreSQL counts them: `8kB`. */
  readonly unit: string | null;
  readonly min: string | null;
  readonly max: string | null;
  readonly choices: readonly string[] | null;
  readonly context: SettingContext;
  /** What the server runs with, as `SHOW` says it. */
  readonly value: string;
  /** PostgreSQL's own choice where nothing is written. */
  readonly by_default: string | null;
}

/** What a server says of all its settings. */
export interface SettingsSeen {
  readonly node: string;
  readonly settings: readonly DescribedSetting[];
  readonly by_alter_system: Settings;
}

/** In place of a value that may hold a password. */
export const hiddenValue = '(not shown)';

export const shownSettings = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, holdsSecret(name) ? hiddenValue : value]));

/** Every setting with what it can be, what it is and why, and how a change of it takes effect. */
export const settingDocuments = (
  database: Pick<Database, 'size' | 'settings' | 'chosen_settings'>,
  { settings, by_alter_system }: SettingsSeen,
) => {
  const ours = byCanonicalName(parametersOf(sizeOf(database).memory_bytes, database.settings ?? {}, {}));
  const chosen = byCanonicalName(database.chosen_settings ?? {});
  const altered = byCanonicalName(shownSettings(by_alter_system));
  return settings.map(({ by_default, context, value, ...setting }) => {
    const refused = refusalOf(setting.name) ?? (context === 'internal' ? builtIn : null);
    const usual = ours.get(setting.name) ?? (by_default === null ? null : settingText(by_default, setting.unit));
    const isHidden = holdsSecret(setting.name);
    return {
      ...setting,
      context,
      /** Null of one that cannot be changed. */
      takes_effect: refused === null ? effectOf(context) : null,
      value: isHidden && value !== '' ? hiddenValue : value,
      /** What it is where an operator has chosen nothing: pgrow's choice, else PostgreSQL's. */
      default: usual,
      chosen: chosen.get(setting.name) ?? null,
      by_alter_system: altered.get(setting.name) ?? null,
      refused,
    };
  });
};

const builtIn =
  'It was decided when the server was built or its data were made, and only shows what is. It cannot be set.';

const byCanonicalName = (settings: Settings): ReadonlyMap<string, string> =>
  new Map(Object.entries(settings).map(([name, value]) => [canonicalSettingName(name), value]));

/** What only counts as the server starts is taken over by a hand-over to one that has it. */
export const effectOf = (context: SettingContext): 'live' | 'hand_over' =>
  context === 'postmaster' || context === 'internal' ? 'hand_over' : 'live';
