import type { CutOver } from '../domain/step-actions.ts';
import type { Database } from '../domain/database.ts';
import type { OperationWorkflow } from '../domain/inputs.ts';
import type { Circumstances, Wanted } from '../domain/looks.ts';
import type { Prices } from '../domain/prices.ts';
import type { Store } from '../store/store.ts';

/** What planning works with. */
export interface Planning {
  readonly store: Store;
  /** Id of the control plane. */
  readonly home: string;
  readonly nodes: NodeReaders;
  readonly prices: Prices;
}

/** What a plan depends on that only the nodes can say. */
export interface NodeReaders {
  /** Null for what is not wanted, and for facts and settings where no server takes writes. */
  readCircumstances(database: Database, wanted: Wanted): Promise<Circumstances>;
  /**
   * Of a hand-over that stopped half-way: whether nothing was handed over, because the old primary serves and the
   * successor was never asked to take over.
   */
  hasStayed(serviceId: string, handOver: CutOver): Promise<boolean>;
}

/** An operation as its workflow is started. */
export interface PlanRequest {
  readonly workflow: OperationWorkflow;
  /** As the caller gave it. */
  readonly input: unknown;
  readonly operation: string;
}
