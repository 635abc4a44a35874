import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { dispensable } from '../domain/worker-versions.ts';
import { readEnvironment } from './environment.ts';
import { readKept, type Home } from './home.ts';
import { draftOf } from './kept-files.ts';
import { linkPackages } from './link-packages.ts';
import { withLock } from './lock.ts';
import { repositoryRoot, sourceDirectory } from './paths.ts';
import type { Progress } from './progress.ts';
import type { ProcessName, ProcessSpec } from './processes.ts';
import { runCommand } from './run-command.ts';

/**
 * Copies of pgrow, one for each state of the sources, from which its programs are run: a version of the worker can run on
 * although the checkout has moved on. A copy is the sources, which Node runs as they are, beside the packages of their lock
 * file, which copies share. Programs of one copy also share the memory of Node's own code.
 */
export interface Build {
  /** Sixteen hexadecimal digits. */
  readonly id: string;
  readonly directory: string;
}

/** Of those that no control plane needs. */
const keptAtMost = 5;
const draftLastsMs = 3_600_000;

/** All copies of this machine. */
export const buildsDirectory = (): string => join(readEnvironment().cache, 'workers');
const packagesDirectory = (): string => join(readEnvironment().cache, 'packages');
const directoryOf = (id: string): string => join(buildsDirectory(), id);

/** What a copy is made of besides the sources. */
const manifests = ['package.json', 'package-lock.json'] as const;

/** The copy of the sources as they are now, made unless it is there; held for this home. */
export const ensureBuild = async (home: Home, progress: Progress): Promise<Build> => {
  const id = hashOfSources();
  const build = { id, directory: directoryOf(id) };
  if (existsSync(build.directory) && readHolders(id).has(home.id)) return build;
  await withLock('builds', progress, async () => {
    if (!existsSync(build.directory)) await makeCopy(build, progress);
    hold(home, id);
  });
  return build;
};

/** Null when its copy is gone. */
export const findBuild = (id: string): Build | null =>
  existsSync(directoryOf(id)) ? { id, directory: directoryOf(id) } : null;

/** How one of its programs is run. */
export const commandFor = (
  build: Build,
  program: Exclude<ProcessName, 'temporal'>,
): Pick<ProcessSpec, 'command' | 'arguments' | 'environment'> => ({
  command: nodeOf(build),
  // Programs that wait most of the time gain nothing from a large young generation, nor from a heap for each thread.
  arguments: ['--max-semi-space-size=1', join(build.directory, 'src', program, 'main.ts')],
  environment: { MALLOC_ARENA_MAX: '1' },
});

/** As it belongs to the copy, or the installed one. */
const nodeOf = ({ directory }: Build): string => {
  const node = join(directory, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(node) ? node : process.execPath;
};

/** Releases all copies but these, and removes surplus ones. */
export const holdOnly = async (home: Home, ids: readonly string[], progress: Progress): Promise<void> => {
  const held = readIds().filter((id) => readHolders(id).has(home.id));
  const stale = held.filter((id) => !ids.includes(id));
  if (stale.length === 0) return;
  await withLock('builds', progress, async () => {
    for (const id of stale) rmSync(holderPath(home, id), { force: true });
    removeDispensable();
  });
};

/** Hexadecimal digits of all code that a program could load, and of the packages that it is made for. */
export const hashOfSources = (): string => {
  const hash = createHash('sha256');
  const files = readdirSync(sourceDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isShipped(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(sourceDirectory.length))
    .sort();
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(sourceDirectory, file)));
  for (const file of manifests)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(repositoryRoot, file)));
  return hash.digest('hex').slice(0, 16);
};

const isShipped = (name: string): boolean => !name.endsWith('.test.ts');

const makeCopy = async ({ id, directory }: Build, progress: Progress): Promise<void> => {
  progress(`Preparing version ${id}`);
  const draft = draftOf(directory);
  mkdirSync(draft, { recursive: true });
  // First of all: packages that no copy links to may be removed.
  const lockFile = readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8');
  symlinkSync(join(packagesFor(lockFile), 'node_modules'), join(draft, 'node_modules'));
  ensurePackages(lockFile);
  cpSync(sourceDirectory, join(draft, 'src'), { recursive: true, filter: isShipped });
  for (const file of manifests) cpSync(join(repositoryRoot, file), join(draft, file));
  const copy = { id, directory: draft };
  await runCommand({
    command: nodeOf(copy),
    arguments: ['--disable-warning=ExperimentalWarning', join(draft, 'src/worker/prepare.ts')],
  });
  moveInto(draft, directory);
};

/** Another container may have made the same: the lock does not reach beyond a network namespace. */
const moveInto = (draft: string, directory: string): void => {
  try {
    renameSync(draft, directory);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
};

/** Packages by their lock file: an update of this checkout replaces its own in place. */
const ensurePackages = (lockFile: string): void => {
  const directory = packagesFor(lockFile);
  if (existsSync(directory)) return;
  const draft = draftOf(directory);
  linkPackages(lockFile, repositoryRoot, draft);
  moveInto(draft, directory);
};

const packagesFor = (lockFile: string): string => {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`).update(lockFile).digest('hex');
  return join(packagesDirectory(), hash.slice(0, 16));
};

const holderPath = (home: Pick<Home, 'id'>, id: string): string => join(directoryOf(id), 'held-by', home.id);

const hold = (home: Home, id: string): void => {
  mkdirSync(join(directoryOf(id), 'held-by'), { recursive: true });
  writeFileSync(holderPath(home, id), `${home.path}\n`);
  utimesSync(directoryOf(id), new Date(), new Date());
};

/** Ids of the homes that need a copy; one whose directory is gone needs nothing any longer. */
const readHolders = (id: string): ReadonlySet<string> => {
  const folder = join(directoryOf(id), 'held-by');
  const homes = existsSync(folder) ? readdirSync(folder) : [];
  return new Set(homes.filter((home) => existsSync(readKept(join(folder, home)) ?? '')));
};

const readIds = (): readonly string[] => namesIn(buildsDirectory()).filter((name) => /^[0-9a-f]+$/.test(name));

const removeDispensable = (): void => {
  const builds = readIds().map((build) => ({
    build,
    held: readHolders(build).size > 0,
    used_at: statSync(directoryOf(build)).mtimeMs,
  }));
  const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
  for (const build of dispensable(builds, keptAtMost)) remove(directoryOf(build));
  const packages = packagesDirectory();
  for (const folder of [buildsDirectory(), packages])
    for (const name of namesIn(folder)) if (isLeftBehind(join(folder, name))) remove(join(folder, name));
  const needed = new Set(namesIn(buildsDirectory()).map(packagesOf));
  for (const name of namesIn(packages)) {
    const isDraft = name.endsWith('.draft');
    if (!isDraft && !needed.has(join(packages, name, 'node_modules'))) remove(join(packages, name));
  }
};

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Of a copy, finished or not; null while it has none. */
const packagesOf = (name: string): string | null => {
  try {
    return readlinkSync(join(buildsDirectory(), name, 'node_modules'));
  } catch {
    return null;
  }
};

/** A draft takes seconds: an old one was being made by a process that was killed. */
const isLeftBehind = (path: string): boolean =>
  path.endsWith('.draft') && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > draftLastsMs;
