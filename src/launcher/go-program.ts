import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from './environment.ts';
import { draftOf } from './kept-files.ts';
import { launcherError } from './launcher-error.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';
import { findProgram, runCommand } from './run-command.ts';

/** A program that is compiled from a Go module, at the version that is pinned in a go.mod of ours. */
export interface GoProgram {
  readonly name: string;
  readonly package: string;
  /** The module that has the package. Its version is that of the program. */
  readonly module: string;
  /** Folder of the go.mod. */
  readonly pinnedIn: string;
  /** That it has parts in C: a compiler for those is needed as well. Default false. */
  readonly cgo?: boolean;
}

/** Path of the program in the cache, compiled unless it is there: once per machine and version. */
export const ensureGoProgram = async (program: GoProgram, progress: Progress): Promise<string> => {
  const { cache } = readEnvironment();
  const version = pinnedVersion(readFileSync(join(program.pinnedIn, 'go.mod'), 'utf8'), program.module);
  const path = join(cache, 'bin', `${program.name}-${version}`);
  if (isFile(path)) return path;
  return withLock(`go-${program.name}`, progress, async () => {
    if (isFile(path)) return path;
    mkdirSync(join(cache, 'bin'), { recursive: true });
    const draft = draftOf(path);
    progress(`Compiling ${program.name} ${version} with Go: some minutes, once on this machine`);
    try {
      await compile({ ...program, target: draft, log: join(cache, `${program.name}-build.log`) });
      renameSync(draft, path);
    } finally {
      rmSync(draft, { force: true });
    }
    return path;
  });
};

/**
 * @param goMod content of a go.mod
 * @returns the version without its `v`
 */
export const pinnedVersion = (goMod: string, module: string): string => {
  const version = goMod
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([name, of]) => name === module && of !== undefined)?.[1];
  if (version === undefined)
    throw launcherError(`go.mod does not name ${module}. Restore the file from the repository.`);
  return version.replace(/^v/, '').replace(/\+incompatible$/, '');
};

/** Null where there is none. */
export const findGo = (): string | null =>
  findProgram('go') ?? (isFile('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : null);

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

interface Compile extends Pick<GoProgram, 'name' | 'package' | 'pinnedIn' | 'cgo'> {
  /** File to make. */
  readonly target: string;
  readonly log: string;
}

/** @throws PgrowError when there is no Go, or it fails */
export const compile = async ({
  name,
  package: source,
  pinnedIn,
  cgo = false,
  target,
  log,
}: Compile): Promise<void> => {
  const go = findGo();
  if (go === null)
    throw launcherError(
      `${name} is compiled with Go, which is not installed. Install it (https://go.dev/dl) and run this again.`,
    );
  await runCommand({
    command: go,
    arguments: ['build', '-ldflags', '-s -w', '-o', target, source],
    environment: { CGO_ENABLED: cgo ? '1' : '0' },
    directory: pinnedIn,
    log,
  });
};
