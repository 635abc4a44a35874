import { expect, test } from 'vitest';
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

test('the image has the sources without their tests, and what node images are built from', () => {
  const paths = ownFiles(repositoryRoot).map(({ path }) => path);
  expect(paths).toContain('pgrow/src/worker/main.ts');
  expect(paths).toContain('pgrow/images/postgres/Dockerfile');
  expect(paths).toContain('pgrow/package-lock.json');
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
