import type { ControlPlane } from './control-plane.ts';

/** What every measurement works with. */
export interface Bench extends ControlPlane {
  readonly say: (line: string) => void;
  /** Aborts when the user has had enough. */
  readonly signal: AbortSignal;
}
