import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../bench/control-plane.ts';
import { up } from '../src/launcher/control-plane.ts';
import type { SmallDisk } from './nodes.ts';

/** What every case works with. */
export interface Chaos extends ControlPlane {
  /** Where the worker is told to stand still. */
  readonly breakpointFile: string;
  readonly say: (line: string) => void;
  /** By the volume that is on it. */
  readonly smallDisks: Map<string, SmallDisk>;
  /** Starts whatever of the control plane does not run. */
  up(): Promise<void>;
}

/** A control plane of its own whose worker can be stopped at any line. */
export const openChaos = async (say: (line: string) => void): Promise<Chaos> => {
  const controlPlane = await startControlPlane({
    progress: say,
    purpose: 'chaos',
    environment: (home) => ({ PGROW_BREAKPOINTS: join(home, 'breakpoint.json') }),
  });
  return {
    ...controlPlane,
    breakpointFile: join(controlPlane.settings.home, 'breakpoint.json'),
    say,
    smallDisks: new Map(),
    up: async () => void (await up({ progress: () => undefined })),
  };
};
