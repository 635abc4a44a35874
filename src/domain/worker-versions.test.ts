import { describe, expect, test } from 'vitest';
import {
  dispensable,
  olderVersions,
  pinnedBuildOf,
  servedLine,
  strandedLine,
  type PinnedOperation,
} from './worker-versions.ts';

const operation = (build: string, more: Partial<PinnedOperation> = {}): PinnedOperation => ({
  build,
  workflow_id: 'pgrow/1',
  run_id: 'run',
  workflow: 'expand',
  database: 'shop',
  ...more,
});

describe('the build that a workflow is pinned to', () => {
  test.each([
    [['pinned:pgrow-1a2b3c4d:0011'], '0011'],
    // Servers before 1.30.
    [['versioned:0010', 'pinned:pgrow-1a2b3c4d.0011'], '0011'],
    // A window moves along; another control plane's operation is none of ours, also where its name begins as ours does.
    [['versioned:0011'], null],
    [['pinned:pgrow-1a2b3c4d5:0011'], null],
    [[], null],
  ])('of %j is %s', (ids, build) => {
    expect(pinnedBuildOf(ids, 'pgrow-1a2b3c4d')).toBe(build);
  });
});

describe('versions beside the current one', () => {
  const isKept = (build: string) => build !== 'gone';

  test('run for as long as they have operations, each once', () => {
    const pinned = [operation('old'), operation('now'), operation('old', { database: 'crm' })];
    const { serve, stranded } = olderVersions({ current: 'now', pinned, isKept });
    expect([...serve.keys()]).toEqual(['old']);
    expect(stranded).toEqual([]);
    expect(servedLine('old', serve.get('old') ?? [])).toContain(
      '2 operations that started under it (expand of shop, expand of crm)',
    );
  });

  test('whose copy is gone leave operations that cannot continue: which, and what can be done', () => {
    const pinned = [operation('gone', { workflow: 'scaleDown', database: null }), operation('old')];
    const { serve, stranded } = olderVersions({ current: 'now', pinned, isKept });
    expect([...serve.keys()]).toEqual(['old']);
    const line = strandedLine(stranded, '/cache');
    expect(line).toContain('scale down of pgrow/1');
    expect(line).toContain('version gone, whose copy is not in /cache');
    expect(line).toContain('./pgrow up --move-operations');
  });
});

test('of the builds that no control plane needs the last ones used are kept', () => {
  const builds = [
    { build: 'held', held: true, used_at: 1 },
    { build: 'first', held: false, used_at: 2 },
    { build: 'third', held: false, used_at: 4 },
    { build: 'second', held: false, used_at: 3 },
  ];
  expect(dispensable(builds, 1)).toEqual(['second', 'first']);
  expect(dispensable(builds, 3)).toEqual([]);
});
