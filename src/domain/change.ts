import type { Settings } from './settings.ts';

/** How a part of a change takes effect: at once, at a hand-over to a server that has it, or by being recorded. */
export const effects = ['live', 'hand_over', 'recorded'] as const;
export type Effect = (typeof effects)[number];

export const changeSubjects = [
  'memory',
  'cpus',
  'storage',
  'setting',
  'extension',
  'image',
  'password',
  'certificate',
] as const;

/** One thing that a change makes different, in the words that the plan shows. */
export interface ChangeItem {
  readonly subject: (typeof changeSubjects)[number];
  /** Of a setting, an extension, a password's role or a certificate's node; null for what there is only one of. */
  readonly name: string | null;
  /** Null: there is none, or it is not known. */
  readonly from: string | null;
  readonly to: string | null;
  readonly takes_effect: Effect;
}

/** When a setting can change, as PostgreSQL has it (`pg_settings.context`). */
export const settingContexts = [
  'internal',
  'postmaster',
  'sighup',
  'superuser-backend',
  'backend',
  'superuser',
  'user',
] as const;
export type SettingContext = (typeof settingContexts)[number];

/** A setting as the server that takes writes knows it. */
export interface KnownSetting {
  readonly context: SettingContext;
  /** What it runs with, as `SHOW` says it. */
  readonly value: string;
}

/** An extension as the server that takes writes knows it. */
export interface KnownExtension {
  /** That would be created; null if its files are not there. */
  readonly version: string | null;
  /** In the application's database; null if it has not been created there. */
  readonly installed: string | null;
}

/** What a change needs to know of the servers before it can be planned. */
export interface ChangeQuestion {
  /** By name, what is asked for; null takes a value back. */
  readonly settings: Readonly<Record<string, string | null>>;
  readonly extensions: readonly string[];
}

export interface ChangeFacts {
  /** Of the settings that were asked for, those that follow from memory, and those that ALTER SYSTEM has set, by name. */
  readonly settings: Readonly<Record<string, KnownSetting>>;
  /** What the server says of a value that it would not start with, by setting. */
  readonly refused: Readonly<Record<string, string>>;
  /** What ALTER SYSTEM has set on the server that takes writes. */
  readonly by_alter_system: Settings;
  /** Of those that were asked for, by name. */
  readonly extensions: Readonly<Record<string, KnownExtension>>;
  /** By server: the reference of the image that its container runs, where nodes are made from another now and the engine has it still. */
  readonly older_images: Readonly<Record<string, string>>;
}
