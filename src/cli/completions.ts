import type { Argument, Command, Option } from 'commander';
import { failoverTimes, maximumLags, poolModes } from '../domain/options.ts';
import { kindOfArgument, type ValueKind } from './value-kinds.ts';

export interface Candidate {
  readonly word: string;
  /** What it is, for shells that show it. */
  readonly about?: string;
}

/** What can stand where the cursor is. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  /** Names to be looked up besides; `file` is the shell's to complete. */
  readonly kind: ValueKind | 'file' | null;
  /** The database that was named before, whose nodes may be meant. */
  readonly database: string | undefined;
  /** Of `--context`, where it was given. */
  readonly context: string | undefined;
  /** What is typed already of the word that is completed: `--to=` of `--to=h`. */
  readonly prefix: string;
}

/**
 * Walks the command line up to the cursor, as commander will.
 * @param words those after the program; the last one, which may be empty, is to be completed
 */
export const completionsAt = (program: Command, words: readonly string[]): Completions => {
  const current = words.at(-1) ?? '';
  const { command, operands, pending, context, ended } = walk(program, words.slice(0, -1));
  const index = command.registeredArguments.findIndex((each) => kindOfArgument(command, each) === 'database');
  const found = (candidates: readonly Candidate[], kind: Completions['kind'] = null, prefix = ''): Completions => ({
    candidates: candidates.filter(({ word }) => word.startsWith(current)),
    kind,
    database: index === -1 ? undefined : operands[index],
    context,
    prefix,
  });
  // What follows -- is for another program.
  if (ended) return found([], 'file');
  if (pending) return found(valuesOf(pending), kindOfOption(pending));
  const assigned = /^(--[^=]+)=/.exec(current);
  if (assigned) {
    const option = optionsOf(command).find(({ long }) => long === assigned[1]);
    if (!option) return found([]);
    const values = valuesOf(option).map(({ word }) => ({ word: assigned[0] + word }));
    return found(values, kindOfOption(option), assigned[0]);
  }
  if (current.startsWith('-')) return found(optionsOf(command).map(optionCandidate));
  if (command.commands.length > 0 && operands.length === 0) return found(subcommandsOf(command));
  if (command === program && operands[0] === 'help' && operands.length === 1) return found(subcommandsOf(program));
  const argument = argumentAt(command, operands.length);
  return found(choices(argument?.argChoices), argument && (kindOfArgument(command, argument) ?? fileOf(argument)));
};

interface Walked {
  readonly command: Command;
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly pending: Option | null;
  readonly context: string | undefined;
  readonly ended: boolean;
}

const walk = (program: Command, words: readonly string[]): Walked => {
  let command = program;
  let operands: string[] = [];
  let pending: Option | null = null;
  let context: string | undefined;
  for (const word of words) {
    const [name, value] = splitAssignment(word);
    if (pending) {
      if (pending.long === '--context') context = word;
      pending = null;
    } else if (word === '--') return { command, operands, pending, context, ended: true };
    else if (word.startsWith('-')) {
      const option = optionsOf(command).find(({ long, short }) => name === long || name === short);
      if (option?.long === '--context' && value !== undefined) context = value;
      if (option?.required && value === undefined) pending = option;
    } else {
      const next: Command | undefined =
        operands.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next) [command, operands] = [next, []];
      else operands.push(word);
    }
  }
  return { command, operands, pending, context, ended: false };
};

const splitAssignment = (word: string): readonly [string, string | undefined] => {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
};

/** Those of a command and of the ones above it, as its help shows them. */
const optionsOf = (command: Command): Option[] => {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
};

const optionCandidate = ({ long, short, description }: Option): Candidate => ({
  word: long ?? short ?? '',
  about: description,
});

const subcommandsOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ word: each.name(), about: each.description() }));

const argumentAt = (command: Command, index: number): Argument | null => {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[index] ?? (last?.variadic ? last : null);
};

/** The API checks these, and names everything that is wrong at once. So commander does not know them. */
const checkedByTheApi: Readonly<Record<string, readonly (string | number)[]>> = {
  '--pool-mode': poolModes,
  '--replication-mode': ['async', 'sync'],
  '--load-balancing': ['round_robin', 'least_connections'],
  '--sync-mode': ['async', 'sync_one', 'sync_all'],
  '--failover-time': failoverTimes,
  '--maximum-lag-on-failover': maximumLags,
  '--image': ['newest'],
  '--cutover': ['automatic', 'on_signal'],
};

const valuesOf = ({ argChoices, long }: Option): Candidate[] => choices(argChoices ?? checkedByTheApi[long ?? '']);

const choices = (values: readonly (string | number)[] = []): Candidate[] =>
  values.map((value) => ({ word: String(value) }));

const kindOfOption = (option: Option): Completions['kind'] => {
  if (option.long === '--context') return 'context';
  return /<(path|file)>/.test(option.flags) ? 'file' : null;
};

const fileOf = (argument: Argument): 'file' | null => (argument.name() === 'file' ? 'file' : null);
