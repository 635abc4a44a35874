import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const lockFile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

/** Packages of a lock file that are more than tools of developers: paths from its folder. Nested ones come with theirs. */
export const shippedPackages = (content: string): readonly string[] =>
  Object.entries(lockFile.parse(JSON.parse(content)).packages)
    .filter(([path, { dev }]) => dev !== true && path.split('node_modules/').length === 2)
    .map(([path]) => path);

/**
 * The packages that are installed in `from`, in `to`: by hard links, which take no space and live on when the originals are
 * replaced; copied where the file system cannot link.
 */
export const linkPackages = (lock: string, from: string, to: string): void => {
  // One that is meant for another platform is not installed.
  for (const path of shippedPackages(lock))
    if (existsSync(join(from, path))) linkTree(join(from, path), join(to, path));
};

/** For people and compilers: two files of three. */
export const isNeededToRun = (name: string): boolean => !/\.(d\.[cm]?ts|map|md|markdown|h|rs)$/.test(name);

const linkTree = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!isNeededToRun(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
};

const linkFile = (from: string, to: string): void => {
  try {
    linkSync(from, to);
  } catch (error) {
    // Another file system, one without links, or files of another user.
    if (!cannotLink.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
};

const cannotLink: readonly string[] = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'];
