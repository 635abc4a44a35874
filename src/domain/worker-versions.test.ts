import { describe, expect, test } from 'vitest';
import { pinnedOperation } from '../../test/support/pinned-operation.ts';
import {
  dispensable,
  olderVersions,
  pinnedBuildOf,
  servedLine,
  strandedLine,
  versionsToRun,
} from './worker-versions.ts';

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
    const pinned = [pinnedOperation('old'), pinnedOperation('now'), pinnedOperation('old', { database: 'crm' })];
    const { serve, stranded } = olderVersions({ current: 'now', pinned, isKept });
    expect([...serve.keys()]).toEqual(['old']);
    expect(stranded).toEqual([]);
    expect(servedLine('old', serve.get('old') ?? [])).toContain(
      '2 operations that started under it (expand of shop, expand of crm)',
    );
  });

  test('whose copy is gone leave operations that cannot continue: which, and what can be done', () => {
    const pinned = [pinnedOperation('gone', { workflow: 'scaleDown', database: null }), pinnedOperation('old')];
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

describe('what runs where a version is served', () => {
  const look = (own: string, more: Partial<Parameters<typeof versionsToRun>[0]> = {}) =>
    versionsToRun({ own, prepared: ['a', 'b'], current: 'a', pinned: [], isKept: () => true, ...more });
  const pinnedTo = (build: string) => ({ build, workflow_id: 'w', run_id: 'r', workflow: 'expand', database: 'shop' });

  test('the newest version always, which becomes the current one', () => {
    expect(look('b')).toEqual({ run: ['b'], stranded: [], becomesCurrent: true });
    expect(look('b', { current: 'b' })).toMatchObject({ becomesCurrent: false });
    expect(look('b', { current: null })).toMatchObject({ becomesCurrent: true });
  });

  // It had started again during the update, and what began went back to the old code.
  test('an older version until another is current and nothing continues under it; it never becomes current again', () => {
    expect(look('a')).toMatchObject({ run: ['a'], becomesCurrent: false });
    expect(look('a', { current: 'b' })).toMatchObject({ run: [], becomesCurrent: false });
    expect(look('a', { current: 'b', pinned: [pinnedTo('a')] })).toMatchObject({ run: ['a'], becomesCurrent: false });
    expect(look('a', { current: null })).toMatchObject({ becomesCurrent: false });
  });

  test('versions before it while operations continue under them; later ones run where they are served', () => {
    const pinned = ['a', 'b', 'c', 'unknown'].map(pinnedTo);
    const prepared = ['a', 'b', 'c'];
    expect(look('b', { prepared, pinned, current: 'c' }).run).toEqual(['b', 'a', 'unknown']);
    expect(look('c', { prepared, pinned, current: 'c', isKept: (build) => build !== 'a' })).toMatchObject({
      run: ['c', 'b', 'unknown'],
      stranded: [pinnedTo('a')],
    });
  });

  test('a version that is prepared again is the newest one: a return to it', () => {
    expect(look('a', { prepared: ['b', 'a'], current: 'b', pinned: [pinnedTo('b')] })).toMatchObject({
      run: ['a', 'b'],
      becomesCurrent: true,
    });
  });
});
