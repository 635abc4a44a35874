import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { endControlPlane, openPool } from './control-plane-pool.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the pool that scenarios take their control planes from. */
    readonly controlPlanes: string;
  }
}

/** Ends the control planes of the scenarios once all of those have run. */
export default (project: TestProject): (() => Promise<void>) => {
  // The true path: on some systems the directory for temporary files is a symbolic link.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pgrow-scenarios-')));
  project.provide('controlPlanes', folder);
  return async () => {
    const ended = await Promise.allSettled(
      openPool(folder)
        .homes()
        .map((home) => endControlPlane(home)),
    );
    rmSync(folder, { recursive: true, force: true });
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  };
};
