import type { Argument, Command } from 'commander';

/** What the value of an argument is the name of. */
export type ValueKind = 'database' | 'node' | 'context';

/** These name something new, or something else. */
const namesNoDatabase = ['create', 'tokens create', 'config add', 'notifications add'];

export const kindOfArgument = (command: Command, argument: Argument | undefined): ValueKind | null => {
  switch (argument?.name()) {
    case 'name':
      return namesNoDatabase.includes(verbOf(command)) ? null : 'database';
    case 'node':
    case 'context':
      return argument.name() as ValueKind;
    default:
      return null;
  }
};

/** Its whole name, `tokens create`. */
export const verbOf = (command: Command): string => {
  const names: string[] = [];
  for (let each: Command | null = command; each?.parent; each = each.parent) names.unshift(each.name());
  return names.join(' ');
};

/** The database that a parsed command is about. */
export const databaseOf = (command: Command): string | undefined => {
  const index = command.registeredArguments.findIndex((each) => kindOfArgument(command, each) === 'database');
  return index === -1 ? undefined : command.args[index];
};
