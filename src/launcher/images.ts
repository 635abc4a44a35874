import type Docker from 'dockerode';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { imageKinds, serverImage, type ImageKind } from '../domain/container-spec.ts';
import { postgresMajors, type PostgresMajor } from '../domain/database.ts';
import { baseImage } from './base-image.ts';
import { dockerClient } from './docker-client.ts';
import { readEnvironment } from './environment.ts';
import { withLock } from './lock.ts';
import { imagesDirectory } from './paths.ts';
import type { Progress } from './progress.ts';
import { lastLines } from './run-command.ts';
import { launcherError } from './launcher-error.ts';

export type ImageTags = Readonly<Record<ImageKind, string>>;

/** Of majors that the base has not: Debian's suite, and what has to come from there with the server. */
const origins: Readonly<Record<PostgresMajor, { readonly PG_SUITE: string; readonly PG_PACKAGES: string } | null>> = {
  15: { PG_SUITE: 'bookworm', PG_PACKAGES: 'libpq5' },
  17: null,
  18: { PG_SUITE: 'forky', PG_PACKAGES: 'libpq5 libc6 libc-bin libc-l10n locales-all' },
};

/** Where an image is made from, and with which arguments. */
const recipeOf = (image: ImageKind): { readonly folder: string; readonly buildArguments: Build['buildArguments'] } => {
  const major = postgresMajors.find((one) => serverImage(one) === image);
  if (major === undefined) return { folder: join(imagesDirectory, image), buildArguments: {} };
  return { folder: join(imagesDirectory, 'postgres'), buildArguments: { PG_MAJOR: String(major), ...origins[major] } };
};

/** `pgbouncer` and `postgres` share their first layer: the last one finds it made. */
const usualImages = ['postgres', 'haproxy', 'etcd', 'pgbouncer'] as const satisfies readonly ImageKind[];
/** More at a time are no faster: they wait for the same package mirror and disk. */
const buildsAtOnce = 2;

interface File {
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** Names of the images that belong to the Dockerfiles as they are now; the base image must be there. */
export const imageTags = async (): Promise<ImageTags> => {
  const base = await dockerClient().getImage(baseImage).inspect();
  const folders = new Set(imageKinds.map((image) => recipeOf(image).folder));
  const contents = new Map([...folders].map((folder) => [folder, readFolder(folder)]));
  const tagOf = (image: ImageKind): string => {
    const { folder, buildArguments } = recipeOf(image);
    const hash = contentHash(contents.get(folder)!, JSON.stringify([base.Id, buildArguments]));
    const { PG_MAJOR: major } = buildArguments;
    return major === undefined ? `pgrow/${image}:${hash}` : `pgrow/postgres:${major}-${hash}`;
  };
  return Object.fromEntries(imageKinds.map((image) => [image, tagOf(image)])) as Record<ImageKind, string>;
};

/** Builds what is missing of the usual images, and of those of other majors. */
export const ensureImages = async (progress: Progress, majors: readonly PostgresMajor[] = []): Promise<ImageTags> => {
  const docker = dockerClient();
  const tags = await imageTags();
  const wanted = [...new Set<ImageKind>([...usualImages, ...majors.map(serverImage)])];
  if ((await missingImages(docker, tags, wanted)).length === 0) return tags;
  return withLock('images', progress, async () => {
    const missing = await missingImages(docker, tags, wanted);
    const build = async (): Promise<void> => {
      for (let image = missing.shift(); image; image = missing.shift()) {
        await buildImage(docker, { image, tag: tags[image], ...recipeOf(image) }, progress);
      }
    };
    await Promise.all(Array.from({ length: buildsAtOnce }, build));
    return tags;
  });
};

/** One more image on the same base, from a folder elsewhere: built unless it is there. Returns its name. */
export const ensureImageOf = async (image: string, folder: string, progress: Progress): Promise<string> => {
  const docker = dockerClient();
  const base = await docker.getImage(baseImage).inspect();
  const tag = `pgrow/${image}:${contentHash(readFolder(folder), base.Id)}`;
  if (!(await isMissing(docker, tag))) return tag;
  return withLock('images', progress, async () => {
    if (await isMissing(docker, tag)) await buildImage(docker, { image, folder, tag, buildArguments: {} }, progress);
    return tag;
  });
};

const missingImages = async (docker: Docker, tags: ImageTags, wanted: readonly ImageKind[]): Promise<ImageKind[]> => {
  const missing = await Promise.all(wanted.map((name) => isMissing(docker, tags[name])));
  return wanted.filter((_, index) => missing[index]);
};

const isMissing = (docker: Docker, tag: string): Promise<boolean> =>
  docker.getImage(tag).inspect().then(isThere, isAbsent);

const isThere = (): boolean => false;
const isAbsent = (error: { statusCode?: number }): boolean => {
  if (error.statusCode === 404) return true;
  throw error;
};

interface Build {
  readonly image: string;
  readonly folder: string;
  readonly tag: string;
  readonly buildArguments: Readonly<Record<string, string>>;
}

const buildImage = async (docker: Docker, build: Build, progress: Progress): Promise<void> => {
  const { image, folder, tag, buildArguments } = build;
  const startedAt = performance.now();
  progress(`Building image ${tag}`);
  const log = join(readEnvironment().cache, `build-${image}.log`);
  mkdirSync(readEnvironment().cache, { recursive: true });
  const context = packFolder(readFolder(folder));
  const output = await docker.buildImage(context, {
    t: tag,
    rm: true,
    forcerm: true,
    buildargs: { BASE: baseImage, ...buildArguments },
  });
  await followBuild(docker, output, { image, log });
  progress(`Built image ${tag} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
};

/** Keeps the output in a log; a failed build shows its last lines. */
export const followBuild = async (
  docker: Docker,
  output: NodeJS.ReadableStream,
  { image, log }: { image: string; log: string },
): Promise<void> => {
  let tail = '';
  // The engine reports a step that failed among the others, and then ends as if all were well.
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void =>
      reject(launcherError(`Image ${image} cannot be built: ${reason} (all of it in ${log}):\n${lastLines(tail)}`));
    docker.modem.followProgress(
      output,
      (error) => {
        const reason = error?.message ?? failure;
        return reason === undefined ? resolve() : fail(reason);
      },
      (event: { stream?: string; error?: string }) => {
        failure ??= event.error;
        const text = event.stream ?? event.error ?? '';
        tail = (tail + text).slice(-4000);
        appendFileSync(log, text);
      },
    );
  });
};

/** Twelve hexadecimal digits. Of the modes only "executable" counts, as in git: the umask of a checkout must not. */
export const contentHash = (files: readonly File[], base: string): string => {
  const hash = createHash('sha256').update(base);
  for (const { path, mode, content } of files) hash.update(`\0${path}\0${mode}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 12);
};

const readFolder = (folder: string): readonly File[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      path: relative(folder, path),
      mode: (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755,
      content: readFileSync(path),
    }));

const packFolder = (files: readonly File[]): Readable => {
  const archive = pack();
  for (const { path, mode, content } of files) archive.entry({ name: path, mode }, content);
  archive.finalize();
  return Readable.from(archive);
};
