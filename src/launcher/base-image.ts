import type Docker from 'dockerode';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerClient } from './docker-client.ts';
import { installPackages } from './packages.ts';
import { readEnvironment } from './environment.ts';
import { followProgress } from './follow-progress.ts';
import { draftOf } from './kept-files.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';
import { findProgram, runCommand } from './run-command.ts';
import { launcherError } from './launcher-error.ts';

const suite = 'trixie';
const registryImage = `debian:${suite}-slim`;
const mirror = 'http://deb.debian.org/debian';
/** debootstrap itself writes the first line alone. */
const sources = [
  `deb ${mirror} ${suite} main`,
  `deb ${mirror} ${suite}-updates main`,
  `deb ${mirror}-security ${suite}-security main`,
];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What all our images are built from. */
export const baseImage = `pgrow/base:${suite}`;

/** Milliseconds without any news from a pull after which the registry counts as unreachable. */
const pullSilenceMs = 20_000;

/** Debian's image from a registry, else the same made with debootstrap and kept as a tarball for the next engine. */
export const ensureBaseImage = async (progress: Progress): Promise<void> => {
  const docker = dockerClient();
  if (await isPresent(docker)) return;
  await withLock('base-image', progress, async () => {
    if (await isPresent(docker)) return;
    const tarball = join(readEnvironment().cache, `base-${suite}-${process.arch}.tar.gz`);
    if (existsSync(tarball)) return importTarball(docker, tarball, progress);
    progress(`Pulling ${registryImage}`);
    const reason = await whyPullFailed(docker);
    if (reason === null) return;
    progress(`No image registry can be reached (${reason})`);
    await debootstrap(tarball, progress);
    await importTarball(docker, tarball, progress);
  });
};

const isPresent = async (docker: Docker): Promise<boolean> => {
  try {
    await docker.getImage(baseImage).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
};

/** Null when it succeeded. */
const whyPullFailed = async (docker: Docker): Promise<string | null> => {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), pullSilenceMs);
  try {
    const output: NodeJS.ReadableStream = await docker.pull(registryImage, { abortSignal: abort.signal });
    await followProgress(docker, output, () => {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), pullSilenceMs);
    });
    const [repo, tag] = baseImage.split(':') as [string, string];
    await docker.getImage(registryImage).tag({ repo, tag });
    return null;
  } catch (error) {
    if (abort.signal.aborted) return `silent for ${pullSilenceMs / 1000} s`;
    return error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error);
  } finally {
    clearTimeout(timer);
  }
};

const debootstrap = async (tarball: string, progress: Progress): Promise<void> => {
  if (process.getuid?.() !== 0) {
    throw launcherError(
      `The base image cannot be built: no registry can be reached and debootstrap needs root. Run this as root once, ` +
        `or import an image of Debian ${suite} by hand: docker tag YOUR_IMAGE ${baseImage}`,
    );
  }
  if (!findProgram('debootstrap') || !existsSync(keyring)) {
    await installPackages(['debootstrap', 'debian-archive-keyring'], progress);
  }
  progress(`Making a Debian ${suite} base with debootstrap: about half a minute, once on this machine`);
  const cache = readEnvironment().cache;
  mkdirSync(cache, { recursive: true });
  const log = join(cache, 'debootstrap.log');
  const work = mkdtempSync(join(tmpdir(), 'pgrow-base-'));
  const root = join(work, 'root');
  const draft = draftOf(tarball);
  try {
    const script = debootstrapScript();
    const options = ['--variant=minbase', `--keyring=${keyring}`, suite, root, mirror, ...script];
    await runCommand({ command: 'debootstrap', arguments: options, log });
    writeFileSync(join(root, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
    const packing = ['--numeric-owner', '-C', root, '--exclude=./dev/*', '--exclude=./proc/*', '--exclude=./sys/*'];
    const lists = ['--exclude=./var/cache/apt/archives/*.deb', '--exclude=./var/lib/apt/lists/*'];
    await runCommand({ command: 'tar', arguments: ['-czf', draft, ...packing, ...lists, '.'], log });
    renameSync(draft, tarball);
  } finally {
    rmSync(draft, { force: true });
    rmSync(work, { recursive: true, force: true });
  }
};

/** An older debootstrap does not know a newer suite; all of Debian's are installed as `sid` is. */
const debootstrapScript = (): readonly string[] => {
  const scripts = '/usr/share/debootstrap/scripts';
  return existsSync(join(scripts, suite)) ? [] : [join(scripts, 'sid')];
};

const importTarball = async (docker: Docker, tarball: string, progress: Progress): Promise<void> => {
  progress(`Importing ${tarball} as ${baseImage}`);
  const [repo, tag] = baseImage.split(':') as [string, string];
  // dockerode sends a path's content as it is; the engine unpacks gzip by itself.
  const output = await docker.importImage(tarball, { repo, tag, changes: 'CMD ["bash"]' });
  await followProgress(docker, output);
};
