import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ownFiles, packageFiles, sourceLabel } from './control-plane-image.ts';
import { repositoryRoot } from './paths.ts';

test.for([
  ['https://github.com/example/pgrow.git', 'https://github.com/example/pgrow.git'],
  ['https://someone:secret@github.com/example/pgrow', 'https://github.com/example/pgrow'],
  ['ssh://git@github.com/example/pgrow.git', 'https://github.com/example/pgrow.git'],
  ['git@github.com:example/pgrow.git', 'https://github.com/example/pgrow.git'],
  ['/srv/git/pgrow', ''],
  ['file:///srv/git/pgrow', ''],
  ['', ''],
] as const)('the source of a clone of %s is "%s"', ([remote, label]) => {
  expect(sourceLabel(remote)).toBe(label);
});

test('the image has the sources without their tests, what node images are built from, and the web console', () => {
  const console = mkdtempSync(join(tmpdir(), 'pgrow-console-'));
  onTestFinished(() => rmSync(console, { recursive: true }));
  mkdirSync(join(console, 'assets'));
  for (const file of ['index.html', 'assets/main-1a2b.js']) writeFileSync(join(console, file), '');
  const paths = ownFiles(repositoryRoot, console).map(({ path }) => path);
  expect(paths).toContain('pgrow/src/worker/main.ts');
  expect(paths).toContain('pgrow/images/postgres/Dockerfile');
  expect(paths).toContain('pgrow/package-lock.json');
  expect(paths).toContain('pgrow/console/index.html');
  expect(paths).toContain('pgrow/console/assets/main-1a2b.js');
  expect(paths.filter((path) => path.endsWith('.test.ts'))).toEqual([]);
});

// Five platforms come with @temporalio/core-bridge, 138 MB; compilers and linters are for developers.
test('of the packages the image has those that run, for one platform', () => {
  const paths = new Set<string>();
  for (const { path } of packageFiles(repositoryRoot)) paths.add(path);
  const bridges = [...paths].filter((path) => path.includes('/core-bridge/releases/'));
  expect(bridges).toHaveLength(1);
  expect([...paths].some((path) => path.startsWith('packages/node_modules/fastify/'))).toBe(true);
  expect([...paths].filter((path) => /node_modules\/(typescript|vitest|oxlint)\//.test(path))).toEqual([]);
});
