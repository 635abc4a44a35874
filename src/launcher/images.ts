import type Docker from 'dockerode';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { imageKinds, serverImage, type ImageKind } from '../domain/container-spec.ts';
import { postgresMajors, type PostgresMajor } from '../domain/database.ts';
import { baseImage } from './base-image.ts';
import { dockerClient } from './docker-client.ts';
import { readEnvironment } from './environment.ts';
import { failureIn, followProgress } from './follow-progress.ts';
import { contentHash, packFiles, readFolder, type ContextFile } from './image-context.ts';
import { withLock } from './lock.ts';
import { imagesDirectory } from './paths.ts';
import type { Progress } from './progress.ts';
import { lastLines } from './run-command.ts';
import { launcherError, messageOf } from './launcher-error.ts';

export type ImageTags = Readonly<Record<ImageKind, string>>;

interface Origin {
  readonly PG_SUITE: string;
  readonly PG_PACKAGES: string;
  /** Only where Debian lacks one. */
  readonly PG_EXTENSIONS?: string;
}

/** Of majors that the base has not: Debian's suite, and what has to come from there with the server. */
const origins: Readonly<Record<PostgresMajor, Origin | null>> = {
  15: { PG_SUITE: 'bookworm', PG_PACKAGES: 'libpq5', PG_EXTENSIONS: 'hypopg' },
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
        await buildImage(docker, nodeBuild(image, tags[image]), progress);
      }
    };
    await Promise.all(Array.from({ length: buildsAtOnce }, build));
    return tags;
  });
};

export interface OtherImage {
  readonly image: string;
  /** Dockerfile and what it copies. */
  readonly folder: string;
  /** Default: the base of all images. */
  readonly base?: string;
  /** Further files of the context that make another image where they change. */
  readonly files?: readonly ContextFile[];
  /** Those that `files` implies, read only to build it. */
  readonly implied?: () => Iterable<ContextFile>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An image that is none of a node's: built unless it is there. Returns its name. */
export const ensureOtherImage = async (options: OtherImage, progress: Progress): Promise<string> => {
  const { image, folder, base = baseImage, files = [], implied = () => [], labels = {} } = options;
  const docker = dockerClient();
  const content = [...readFolder(folder), ...files];
  const tag = `pgrow/${image}:${contentHash(content, (await docker.getImage(base).inspect()).Id)}`;
  if (!(await isMissing(docker, tag))) return tag;
  return withLock('images', progress, async () => {
    const context = {
      *[Symbol.iterator]() {
        yield* content;
        yield* implied();
      },
    };
    const build = { image, tag, context, buildArguments: { BASE: base }, labels };
    if (await isMissing(docker, tag)) await buildImage(docker, build, progress);
    return tag;
  });
};

const nodeBuild = (image: ImageKind, tag: string): Build => {
  const { folder, buildArguments } = recipeOf(image);
  return { image, tag, context: readFolder(folder), buildArguments };
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
  readonly tag: string;
  readonly context: Iterable<ContextFile>;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

const buildImage = async (docker: Docker, build: Build, progress: Progress): Promise<void> => {
  const { image, tag, context, buildArguments, labels = {} } = build;
  const startedAt = performance.now();
  progress(`Building image ${tag}`);
  const log = join(readEnvironment().cache, `build-${image}.log`);
  mkdirSync(readEnvironment().cache, { recursive: true });
  const output = await docker.buildImage(packFiles(context), {
    t: tag,
    rm: true,
    forcerm: true,
    buildargs: { BASE: baseImage, ...buildArguments },
    labels,
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
  try {
    await followProgress(docker, output, (event) => {
      const text = event.stream ?? failureIn(event) ?? '';
      tail = (tail + text).slice(-4000);
      appendFileSync(log, text);
    });
  } catch (error) {
    throw launcherError(
      `Image ${image} cannot be built: ${messageOf(error)} (all of it in ${log}):\n${lastLines(tail)}`,
      error,
    );
  }
};
