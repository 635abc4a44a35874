import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BundleKind } from './workflow-code.ts';

const bundler = fileURLToPath(new URL('bundle-workflows.ts', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where a version keeps its own. */
export const bundlesOfThisCopy = join(root, 'bundles');

/** All that a bundle is made of: the workflows, what they import, and the SDK that bundles them. */
const ingredients = ['src/workflows', 'src/domain', 'src/worker/workflow-code.ts', 'package-lock.json'];

/** Milliseconds: it takes two seconds on an idle machine. */
const limitMs = 120_000;

/**
 * The workflows' code in a file of `directory`, made once for each state of the sources. Bundling takes seconds and over
 * 100 MB, which a worker that did it itself would keep.
 * @throws when the bundler fails, with its output
 */
export const ensureWorkflowBundle = async (
  directory: string,
  kind: BundleKind,
  bundle: (file: string, kind: BundleKind) => Promise<unknown> = bundleInAnotherProcess,
): Promise<{ readonly codePath: string }> => {
  mkdirSync(directory, { recursive: true });
  const prefix = `workflows-${kind}-`;
  const name = `${prefix}${hashOfSources()}.js`;
  const codePath = join(directory, name);
  if (!existsSync(codePath)) {
    await bundle(codePath, kind);
    for (const other of readdirSync(directory))
      if (other.startsWith(prefix) && other !== name) rmSync(join(directory, other), { force: true });
  }
  return { codePath };
};

const bundleInAnotherProcess = (file: string, kind: BundleKind): Promise<unknown> =>
  promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', bundler, file, kind], {
    timeout: limitMs,
  });

const hashOfSources = (): string => {
  const hash = createHash('sha256');
  for (const file of ingredients.flatMap(filesOf))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
};

const filesOf = (path: string): readonly string[] =>
  path.includes('.')
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .toSorted()
        .map((name) => join(path, name));
