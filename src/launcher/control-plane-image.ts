import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { buildConsole } from './console.ts';
import { filesUnder, readContextFile, type ContextFile } from './image-context.ts';
import { isNeededToRun, shippedPackages } from './link-packages.ts';
import { ensureOtherImage } from './images.ts';
import { imagesDirectory, repositoryRoot } from './paths.ts';
import type { Progress } from './progress.ts';
import { findProgram, runCommand } from './run-command.ts';

/** The image that api, worker and monitor run from: sources, packages that are needed to run, and what they consist of. */
export const ensureControlPlaneImage = async (progress: Progress): Promise<string> => {
  const labels = await labelsOf();
  const console = await buildConsole(progress);
  const billOfMaterials = await readBillOfMaterials();
  return ensureOtherImage(
    {
      image: 'control-plane',
      folder: join(imagesDirectory, 'control-plane'),
      files: ownFiles(repositoryRoot, console),
      *implied() {
        yield { path: 'pgrow/sbom.cdx.json', mode: 0o644, content: billOfMaterials };
        yield* packageFiles(repositoryRoot);
      },
      labels,
    },
    progress,
  );
};

/**
 * What pgrow runs from besides packages. Node images are built from `images`, where they are missing.
 * @param console folder of the web console
 */
export const ownFiles = (root: string, console: string): readonly ContextFile[] => {
  const inFolders = ['src', 'images'].flatMap((folder) => filesUnder(join(root, folder)));
  const single = ['package.json', 'package-lock.json', 'pgrow', 'LICENSE'].map((name) => join(root, name));
  const own = [...inFolders, ...single]
    .filter((path) => !path.endsWith('.test.ts') && !path.includes('__pycache__'))
    .map((path) => readContextFile(path, join('pgrow', relative(root, path))));
  const built = filesUnder(console).map((path) =>
    readContextFile(path, join('pgrow/console', relative(console, path))),
  );
  return [...own, ...built];
};

/** The packages that are needed to run on this platform, read one file at a time. */
export function* packageFiles(root: string): Generator<ContextFile> {
  for (const folder of shippedPackages(readFileSync(join(root, 'package-lock.json'), 'utf8'))) {
    // One that is meant for another platform is not installed.
    if (!existsSync(join(root, folder))) continue;
    for (const path of filesUnder(join(root, folder)))
      if (isNeededToRun(path) && !isSuperfluous(path))
        yield readContextFile(path, join('packages', relative(root, path)));
  }
}

/** Of the bridge to Temporal every platform's comes with the package; with Node.js come the headers for compilers. */
const isSuperfluous = (path: string): boolean => {
  const bridge = /\/core-bridge\/releases\/([^/]+)\//.exec(path)?.[1];
  if (bridge !== undefined) return bridge !== bridgeOf(process.arch);
  return /\/core-bridge\/sdk-core\/|\/node-linux-[^/]+\/(include|share)\//.test(path);
};

const bridgeOf = (architecture: string): string =>
  `${architecture === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;

const manifest = z.object({ name: z.string(), version: z.string(), description: z.string(), license: z.string() });

/** @see https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const labelsOf = async (): Promise<Readonly<Record<string, string>>> => {
  const { name, version, description, license } = manifest.parse(
    JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')),
  );
  const [revision, changes, source] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('status', '--porcelain', '--untracked-files=no'),
    git('remote', 'get-url', 'origin'),
  ]);
  const values = {
    title: name,
    version,
    description,
    licenses: license,
    source: sourceLabel(source),
    revision: revision === '' ? '' : `${revision}${changes === '' ? '' : '-dirty'}`,
  };
  const present = Object.entries(values).filter(([, value]) => value !== '');
  return {
    ...Object.fromEntries(present.map(([key, value]) => [`org.opencontainers.image.${key}`, value])),
    'pgrow.sbom': '/opt/pgrow/sbom.cdx.json',
  };
};

/** Where the sources are, without what logs in there; empty for a folder of this machine. */
export const sourceLabel = (remote: string): string => {
  const short = /^(?:[^@/]+@)?([^:/]+):(?!\/)(.+)$/.exec(remote);
  if (short !== null) return `https://${short[1]}/${short[2]}`;
  const url = URL.parse(remote);
  if (url === null || url.protocol === 'file:') return '';
  return `https://${url.host}${url.pathname}`;
};

/** Empty where there is no git, or no repository, or no answer. */
const git = (...args: readonly string[]): Promise<string> =>
  runCommand({ command: 'git', arguments: ['-C', repositoryRoot, ...args] }).then(
    (output) => output.trim(),
    () => '',
  );

/** CycloneDX, of the packages that are needed to run. */
const readBillOfMaterials = async (): Promise<Buffer> => {
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--omit', 'dev', '--package-lock-only'];
  const output = await runCommand({
    command: findProgram('npm') ?? 'npm',
    arguments: ['sbom', ...options],
    directory: repositoryRoot,
  });
  return Buffer.from(output);
};
