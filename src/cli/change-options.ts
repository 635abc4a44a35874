import { InvalidArgumentError, Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import type { ChangeRequest } from './api-client.ts';
import { numberIfOne, type SizeFlags } from './create.ts';
import {
  addOptions,
  checkpointOptions,
  cutOverOptions,
  given,
  operationBody,
  type OperationFlags,
} from './option-groups.ts';

/** What `change` and `plan` take of what a database is to be. */
export interface ChangeWishes extends SizeFlags {
  /** `none` takes the limit away. */
  readonly storage?: string;
  readonly set?: readonly Assignment[];
  readonly reset?: readonly string[];
  readonly extension?: readonly string[];
  readonly image?: string;
}

export interface DatabaseChangeFlags extends ChangeWishes, OperationFlags {}

/** `work_mem=64MB`. */
type Assignment = readonly [name: string, value: string];

const assignment = (text: string, before: readonly Assignment[] = []): readonly Assignment[] => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Allowed: name=value, such as work_mem=64MB.');
  return [...before, [text.slice(0, at).trim(), text.slice(at + 1)]];
};

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const wishOptions: readonly Option[] = [
  new Option('--memory <size>', 'of each of its PostgreSQL servers, such as 4GiB'),
  new Option('--cpus <number>', 'of each of its PostgreSQL servers, such as 2 or 0.5'),
  new Option('--storage <size>', 'that the data of each server may take, such as 50GiB; none: no limit'),
  new Option('--set <name=value>', 'a PostgreSQL setting, on all servers; may be given more than once').argParser(
    assignment,
  ),
  new Option('--reset <name>', 'back to what pgrow chooses; may be given more than once').argParser(collect),
  new Option('--extension <name>', 'to create in the application’s database; may be given more than once').argParser(
    collect,
  ),
  new Option('--image <which>', 'newest: the image that this pgrow makes servers from'),
];

export const addWishOptions = (command: Command): Command => addOptions(command, wishOptions);

export const addDatabaseChangeOptions = (command: Command): Command =>
  addOptions(addWishOptions(command), checkpointOptions, cutOverOptions);

/** @throws PgrowError `malformed_request` for a setting that is named twice, and for a change of nothing */
export const databaseChangeRequest = (flags: DatabaseChangeFlags): ChangeRequest => {
  const wishes = wishesBody(flags);
  if (Object.keys(wishes).length === 0) {
    const options = wishOptions.map(({ flags: option }) => option).join(', ');
    throw new PgrowError('malformed_request', `Nothing to change was given. Give at least one of: ${options}.`);
  }
  return { path: 'change', body: { ...wishes, ...operationBody(flags) } };
};

export const wishesBody = ({ memory, cpus, storage, set = [], reset = [], extension, image }: ChangeWishes) => {
  refuseTwice([...set.map(([name]) => name), ...reset]);
  const settings = Object.fromEntries<string | null>([...set, ...reset.map((name) => [name, null] as const)]);
  return given({
    memory,
    cpus: cpus === undefined ? undefined : numberIfOne(cpus),
    storage: storage === 'none' ? null : storage,
    settings: Object.keys(settings).length > 0 ? settings : undefined,
    extensions: extension,
    image,
  });
};

/** Which of the two would count could only be guessed. PostgreSQL takes capitals for the same name. */
const refuseTwice = (names: readonly string[]): void => {
  const known = names.map((name) => name.toLowerCase());
  const twice = names.find((_, index) => known.indexOf(known[index]!) < index);
  if (twice === undefined) return;
  throw new PgrowError(
    'malformed_request',
    `The setting ${twice} is given more than once. Give each setting one value with --set, or take it back with --reset.`,
  );
};
