import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hashOfSources } from './builds.ts';
import { readEnvironment } from './environment.ts';
import { readKept, type Home } from './home.ts';
import { filesUnder } from './image-context.ts';
import { draftOf, replaceFile } from './kept-files.ts';
import { launcherError, messageOf } from './launcher-error.ts';
import { withLock } from './lock.ts';
import { repositoryRoot } from './paths.ts';
import type { Progress } from './progress.ts';
import { runCommand } from './run-command.ts';

/** Where the web console is built, and from what. */
export interface ConsoleSources {
  /** Its sources; those of the API are beside them. */
  readonly web: string;
  /** Hexadecimal digits of everything else that it is made from. */
  readonly others: () => string;
  /** Folder of those that were built. */
  readonly cache: string;
  /** Writes `index.html` and `assets/` into an empty folder. */
  readonly build: (folder: string) => Promise<void>;
}

const keptAtMost = 5;
const draftLastsMs = 3_600_000;
const buildLimitMs = 180_000;

const ownSources = (): ConsoleSources => {
  const { cache } = readEnvironment();
  return {
    web: join(repositoryRoot, 'web'),
    others: hashOfSources,
    cache: join(cache, 'console'),
    build: (folder) => buildWith(join(cache, 'console.log'), folder),
  };
};

/** With the image comes what was built when it was. */
const builtIn = join(repositoryRoot, 'console');

/**
 * The folder of the web console, built unless it has been; null where it cannot be, and `progress` says why: nothing else needs
 * it.
 */
export const ensureConsole = async (progress: Progress, sources = ownSources()): Promise<string | null> => {
  if (isConsole(builtIn)) return builtIn;
  try {
    return await buildConsole(progress, sources);
  } catch (error) {
    progress(`There is no web console: ${messageOf(error)}`);
    return null;
  }
};

/** @throws PgrowError when it cannot be built */
export const buildConsole = async (progress: Progress, sources = ownSources()): Promise<string> => {
  if (!existsSync(sources.web)) throw launcherError(`its sources are not in ${sources.web}.`);
  const folder = join(sources.cache, hashOf(sources));
  if (!isConsole(folder))
    await withLock('console', progress, async () => {
      if (isConsole(folder)) return;
      progress('Building the web console');
      await makeIn(folder, sources.build);
      removeSurplus(sources.cache, folder);
    });
  // The oldest are removed first.
  utimesSync(folder, new Date(), new Date());
  return folder;
};

const makeIn = async (folder: string, build: ConsoleSources['build']): Promise<void> => {
  const draft = draftOf(folder);
  mkdirSync(draft, { recursive: true });
  try {
    await build(draft);
    if (!isConsole(draft)) throw launcherError('its build has made no index.html.');
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
};

/** Vite runs in a process of its own: it takes a lot of memory. */
const buildWith = async (log: string, folder: string): Promise<void> => {
  const vite = join(repositoryRoot, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) throw launcherError(`${vite} is not there. Install the packages: npm ci --include=dev`);
  rmSync(log, { force: true });
  await runCommand({
    command: process.execPath,
    arguments: [vite, 'build', 'web', '--configLoader', 'native', '--outDir', folder, '--emptyOutDir'],
    directory: repositoryRoot,
    environment: { NODE_ENV: 'production' },
    log,
    limitMs: buildLimitMs,
  });
};

const isConsole = (folder: string): boolean => existsSync(join(folder, 'index.html'));

/** Sixteen hexadecimal digits. */
const hashOf = ({ web, others }: ConsoleSources): string => {
  const hash = createHash('sha256').update(others());
  for (const file of filesUnder(web).filter((each) => !/\.test\.tsx?$/.test(each)))
    hash.update(`\0${relative(web, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
};

const removeSurplus = (cache: string, used: string): void => {
  const age = (path: string): number => Date.now() - statSync(path).mtimeMs;
  const paths = readdirSync(cache).map((name) => join(cache, name));
  const drafts = paths.filter((path) => path.endsWith('.draft') && age(path) > draftLastsMs);
  const others = paths.filter((path) => !path.endsWith('.draft') && path !== used);
  const surplus = others.toSorted((a, b) => age(a) - age(b)).slice(keptAtMost - 1);
  for (const path of [...drafts, ...surplus]) rmSync(path, { recursive: true, force: true });
};

const keptPath = (home: Pick<Home, 'path'>): string => join(home.path, 'console');

/** For the API, which reads it in its settings. */
export const keepConsole = (home: Home, folder: string | null): void => {
  if (folder === null) rmSync(keptPath(home), { force: true });
  else replaceFile(keptPath(home), `${folder}\n`);
};

/** Null where there is none. */
export const readConsole = (home: Pick<Home, 'path'>): string | null => readKept(keptPath(home));
