import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from './environment.ts';
import { compile, findGo, isFile } from './go-program.ts';
import { draftOf } from './kept-files.ts';
import { withLock } from './lock.ts';
import { repositoryRoot, temporalModule } from './paths.ts';
import type { Progress } from './progress.ts';
import { findProgram, runCommand } from './run-command.ts';
import { launcherError } from './launcher-error.ts';

/** The version pinned in tools/temporal/go.mod. */
const temporalVersion = '1.8.2';
/** The oldest one whose dev server does what the workflows need (Temporal server 1.29). */
const oldestUsable = [1, 5] as const;
const downloadStartTimeoutMs = 5000;

/** Path of the `temporal` program: the one installed, else ours, downloaded or built once per machine. */
export const ensureTemporal = async (progress: Progress): Promise<string> => {
  const cache = readEnvironment().cache;
  const ours = join(cache, 'bin', `temporal-${temporalVersion}`);
  if (isFile(ours)) return ours;
  const installed = findProgram('temporal');
  if (installed !== null && isUsable(await versionOf(installed))) return installed;
  return withLock('temporal-binary', progress, async () => {
    if (isFile(ours)) return ours;
    mkdirSync(join(cache, 'bin'), { recursive: true });
    const draft = draftOf(ours);
    try {
      if (!(await download(draft, progress))) await build(draft, join(cache, 'temporal-build.log'), progress);
      chmodSync(draft, 0o755);
      renameSync(draft, ours);
    } finally {
      rmSync(draft, { force: true });
    }
    return ours;
  });
};

const versionOf = async (program: string): Promise<string> => {
  try {
    return await runCommand({ command: program, arguments: ['--version'] });
  } catch {
    return '';
  }
};

/** Reads "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)". */
export const isUsable = (versionLine: string): boolean => {
  const match = /version v?(\d+)\.(\d+)/.exec(versionLine);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > oldestUsable[0] || (major === oldestUsable[0] && minor >= oldestUsable[1]);
};

/** From Temporal's own download site; false where it cannot be reached. */
const download = async (target: string, progress: Progress): Promise<boolean> => {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const address = `https://temporal.download/cli/archive/v${temporalVersion}?platform=linux&arch=${architecture}`;
  const archive = `${target}.tar.gz`;
  const abort = new AbortController();
  const startTimer = setTimeout(() => abort.abort(), downloadStartTimeoutMs);
  try {
    const response = await fetch(address, { signal: abort.signal });
    clearTimeout(startTimer);
    if (!response.ok) return false;
    progress(`Downloading Temporal ${temporalVersion}`);
    writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
    const folder = `${target}.d`;
    mkdirSync(folder, { recursive: true });
    await runCommand({ command: 'tar', arguments: ['-xzf', archive, '-C', folder, 'temporal'] });
    renameSync(join(folder, 'temporal'), target);
    return isUsable(await versionOf(target));
  } catch {
    return false;
  } finally {
    clearTimeout(startTimer);
    rmSync(archive, { force: true });
    rmSync(`${target}.d`, { recursive: true, force: true });
  }
};

const build = async (target: string, log: string, progress: Progress): Promise<void> => {
  if (findGo() === null) {
    throw launcherError(
      `Temporal is missing: there is no "temporal" (1.5 or newer) on PATH, temporal.download cannot be reached, and ` +
        `there is no Go to build it with. Install one of them (see ${join(repositoryRoot, 'README.md')}) and run this again.`,
    );
  }
  progress(`Building Temporal ${temporalVersion} with Go: about 2-4 min, once on this machine`);
  const cli = { name: 'temporal', package: 'github.com/temporalio/cli/cmd/temporal', pinnedIn: temporalModule };
  await compile({ ...cli, target, log });
};
