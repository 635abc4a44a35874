import { PgrowError } from '../domain/errors.ts';
import { readEnvironment } from '../launcher/environment.ts';
import { chooseFrom, localContext, readConfiguration, type Context } from './contexts.ts';

/** Which control plane this run of the command line is about. */

let read: () => Context = localContext;

/** Takes what `--context` says. The rest is read when it is first needed, and the list of contexts only where it decides. */
export const chooseContext = (option: string | undefined): void => {
  let chosen: Context | undefined;
  read = () => {
    const { context: variable, configuration: path, namesHome } = readEnvironment();
    chosen ??= chooseFrom({ option, variable, namesHome, configuration: () => readConfiguration(path) });
    return chosen;
  };
};

export const chosenContext = (): Context => read();

/** Of the databases that the verbs are about. */
export const chosenProject = (): string => read().project;

const ofTheHome: readonly string[] = [
  'up',
  'down',
  'demo',
  'images',
  'prepare',
  'serve',
  'backup-control-plane',
  'rotate --secret-key',
  'tokens rotate --own',
  'restore-control-plane',
];

/** @throws PgrowError `refused` for a verb that acts on a home, where the control plane is another's */
export const refuseAwayFromHome = (verb: string): void => {
  if (!ofTheHome.includes(verb)) return;
  const { name, remote, chosenBy } = chosenContext();
  if (remote === null) return;
  throw new PgrowError(
    'refused',
    `"${verb}" acts on a home on this machine, and the context ${name} (${chosenBy}) is the control plane at ${remote.api}. ` +
      `Run it on its machine, or mean the home here: ./pgrow --context local ${verb}`,
  );
};
