import type { Database } from '../../src/domain/database.ts';
import type { OperationError } from '../../src/domain/operation.ts';
import type { OperationOptions } from '../../src/domain/options.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Store } from '../../src/store/store.ts';

/** How the operations of a database go. */
export interface Script {
  /** Milliseconds that a step takes. */
  readonly msPerStep?: number;
  /** It stays at these steps until the script is changed. */
  readonly staysAt?: readonly number[];
  /** This step fails. */
  readonly failsAt?: number | null;
  /** Of one that fails: what it says, and what the rollback cannot remove. */
  readonly error?: Partial<Pick<OperationError, 'code' | 'message' | 'left_over'>>;
}

/** How operations go. */
export interface Scripts {
  /** By the database's name. */
  readonly scripts: Map<string, Script>;
  /** Of every database without one of its own. */
  usual: Script;
}

/** An operation that the played worker has taken up. */
export interface Run {
  readonly store: Store;
  readonly worker: Scripts;
  readonly id: string;
  readonly plan: Plan;
  readonly database: Database;
  readonly options: OperationOptions;
  readonly messages: Set<string>;
  readonly begun: number[];
  isStopped: boolean;
  isPaused: boolean;
}

export class StepFailed extends Error {
  readonly step: number;
  constructor(step: number) {
    super(`step ${step} fails`);
    this.step = step;
  }
}
export class Aborted extends Error {}
export class Stopped extends Error {}

export const scriptOf = ({ worker, database }: Run): Script => ({
  ...worker.usual,
  ...worker.scripts.get(database.name),
});

/** Milliseconds between two looks at what the script says. */
export const tick = 20;
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Goes on when it is over. @throws Stopped when the world ends */
export const until = async (run: Run, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    run.isPaused = true;
    if (run.isStopped) throw new Stopped();
    await pause(tick);
  }
  run.isPaused = false;
};
