import type { PinnedOperation } from '../../src/domain/worker-versions.ts';

/** An expansion of shop that is pinned to a build. */
export const pinnedOperation = (build: string, more: Partial<PinnedOperation> = {}): PinnedOperation => ({
  build,
  workflow_id: 'pgrow/1',
  run_id: 'run',
  workflow: 'expand',
  database: 'shop',
  ...more,
});
