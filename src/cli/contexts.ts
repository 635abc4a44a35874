import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { readIfThere, replaceFile } from '../launcher/kept-files.ts';
import { didYouMean } from './did-you-mean.ts';

/** The control planes that one person uses. */

/** The one whose home is on this machine. It is always there, and nothing of it is kept here. */
export const localName = 'local';
export const usualProject = 'default';

const contextName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i);

const remote = z.strictObject({
  api: z.string(),
  project: z.string(),
  /** Absolute. The token itself stays in it: who replaces or revokes it has one place to do so. */
  token_file: z.string().nullable(),
});

const configurationFile = z.strictObject({
  current: contextName.nullable(),
  contexts: z.record(contextName, remote),
});

/** As it is kept. `current`: the one that `config use` has chosen; null for the local one. */
export type Configuration = Readonly<z.infer<typeof configurationFile>>;
export type RemoteContext = Readonly<z.infer<typeof remote>>;

/** How it was chosen, strongest first. */
export type ChosenBy = '--context' | 'PGROW_CONTEXT' | 'PGROW_HOME' | 'config use' | 'default';

export interface Context {
  readonly name: string;
  readonly chosenBy: ChosenBy;
  readonly project: string;
  /** Null for the local one. */
  readonly remote: RemoteContext | null;
}

export interface ContextChoice {
  /** Of `--context`. */
  readonly option: string | undefined;
  /** `PGROW_CONTEXT` */
  readonly variable: string | undefined;
  /** Who names a home means the control plane of that home, whatever `config use` said once. */
  readonly namesHome: boolean;
  /** Read only where it decides: a service has no home of its user, and the local context is not in it. */
  readonly configuration: () => Configuration;
}

export const localContext = (chosenBy: ChosenBy = 'default'): Context => ({
  name: localName,
  chosenBy,
  project: usualProject,
  remote: null,
});

/** @throws PgrowError `not_found` where there is none of that name */
export const chooseFrom = ({ option, variable, namesHome, configuration }: ContextChoice): Context => {
  const [name, chosenBy] = ((): readonly [string, ChosenBy] => {
    if (option !== undefined) return [option, '--context'];
    if (variable !== undefined) return [variable, 'PGROW_CONTEXT'];
    if (namesHome) return [localName, 'PGROW_HOME'];
    const { current } = configuration();
    return current === null ? [localName, 'default'] : [current, 'config use'];
  })();
  if (name === localName) return localContext(chosenBy);
  const found = findContext(configuration(), name);
  return { name, chosenBy, project: found.project, remote: found };
};

/** @throws PgrowError `not_found`, with the names there are */
export const findContext = ({ contexts }: Configuration, name: string): RemoteContext => {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found) return found;
  const names = [localName, ...Object.keys(contexts)];
  throw new PgrowError(
    'not_found',
    `There is no context ${name}, only ${names.join(', ')}.${didYouMean(name, names)} Add one: ./pgrow config add NAME --api URL`,
  );
};

/** @throws PgrowError where the name cannot be one, or is taken */
export const addContext = (configuration: Configuration, name: string, added: RemoteContext): Configuration => {
  if (!contextName.safeParse(name).success) {
    throw new PgrowError('invalid_input', 'This name cannot be that of a context.', {
      problems: [
        { path: 'name', value: name, allowed: 'up to 63 letters, digits, ".", "_" and "-", a letter or digit first' },
      ],
    });
  }
  if (name === localName || Object.hasOwn(configuration.contexts, name)) {
    const next = name === localName ? 'Choose another name' : `Remove it first: ./pgrow config remove ${name}`;
    throw new PgrowError('name_taken', `There is a context ${name} already. ${next}.`);
  }
  return { ...configuration, contexts: { ...configuration.contexts, [name]: added } };
};

/** The local one is used again where it was the current one. */
export const removeContext = (configuration: Configuration, name: string): Configuration => {
  if (name === localName)
    throw new PgrowError('refused', 'The context local is always there: it is the home on this machine.');
  findContext(configuration, name);
  const { [name]: _, ...contexts } = configuration.contexts;
  return { current: configuration.current === name ? null : configuration.current, contexts };
};

export const useContext = (configuration: Configuration, name: string): Configuration => {
  if (name !== localName) findContext(configuration, name);
  return { ...configuration, current: name === localName ? null : name };
};

/** An address without a slash at its end. @throws PgrowError `invalid_input` */
export const parseApiUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fits = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (fits && url.search === '' && url.hash === '') return url.href.replace(/\/+$/, '');
  throw new PgrowError('invalid_input', 'This cannot be the address of an API.', {
    // What stands before @ may be a password.
    problems: [
      {
        path: '--api',
        value: text.replace(/\/\/[^/]*@/, '//…@'),
        allowed: 'http://HOST:PORT or https://HOST, without user or query',
      },
    ],
  });
};

/** Whether a token on the way there can be read by others. */
export const isUnencrypted = (api: string): boolean => {
  const { protocol, hostname } = new URL(api);
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
};

/** @throws PgrowError where the file cannot be read, or holds something else */
export const readConfiguration = (path: string): Configuration => {
  const text = readText(path);
  if (text === null) return { current: null, contexts: {} };
  try {
    return configurationFile.parse(JSON.parse(text));
  } catch (error) {
    const fact = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new PgrowError('malformed_request', `${path} cannot be read: ${fact}. Correct it, or remove it.`, {
      cause: error,
    });
  }
};

const readText = (path: string): string | null => {
  try {
    return readIfThere(path);
  } catch (error) {
    throw new PgrowError(
      'malformed_request',
      `The contexts in ${path} cannot be read: ${messageOf(error)}. ` +
        'Make the file readable, or name the home on this machine: ./pgrow --context local VERB, or PGROW_HOME=DIRECTORY',
      { cause: error },
    );
  }
};

export const writeConfiguration = (path: string, configuration: Configuration): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  replaceFile(path, `${JSON.stringify(configuration, null, 2)}\n`);
};
