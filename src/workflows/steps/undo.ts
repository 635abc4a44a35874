import { ActivityFailure, CancellationScope } from '@temporalio/workflow';
import { sweptActions, type ActivityCall } from '../../domain/step-actions.ts';
import type { LeftOver } from '../../domain/operation-activities.ts';

/** What has to be undone if things go wrong from here, in the order in which it was begun. */
export interface UndoScope {
  readonly entries: (UndoEntry | UndoScope)[];
}

export interface UndoEntry {
  readonly step: number;
  readonly attempt: number;
  readonly calls: readonly ActivityCall[];
}

export const newUndoScope = (parent?: UndoScope): UndoScope => {
  const scope: UndoScope = { entries: [] };
  parent?.entries.push(scope);
  return scope;
};

type UndoOne = (entry: UndoEntry, call: ActivityCall) => Promise<void>;

/** Last begun, first undone. Continues past a compensation that fails and returns what could not be undone. */
export const undo = (scope: UndoScope, undoOne: UndoOne): Promise<readonly LeftOver[]> =>
  CancellationScope.nonCancellable(async () => {
    const leftOver: LeftOver[] = [];
    for (const entry of scope.entries.toReversed()) {
      if ('entries' in entry) {
        leftOver.push(...(await undo(entry, undoOne)));
        continue;
      }
      for (const call of entry.calls) {
        try {
          await undoOne(entry, call);
        } catch (error) {
          if (!sweptActions.includes(call.action)) leftOver.push(describe(call, error));
        }
      }
    }
    scope.entries.length = 0;
    return leftOver;
  });

const describe = (call: ActivityCall, error: unknown): LeftOver => {
  const { input } = call;
  const subject = 'node' in input ? input.node.container : 'slot' in input ? `slot ${input.slot}` : '';
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { what: `${call.action} ${subject}: ${reason}`, command: commandToFinish(call) };
};

/** Finishes by hand what was to be undone. Nothing that was there before the operation is ever to be removed. */
const commandToFinish = (call: ActivityCall): string => {
  switch (call.action) {
    case 'stopNode':
      return `docker stop ${call.input.node.container}`;
    case 'startNode':
      return call.input.node.kind === 'postgres'
        ? `docker start ${call.input.node.container} && docker exec ${call.input.node.container} pgrow-server start`
        : `docker start ${call.input.node.container}`;
    case 'configureNode':
      return `docker restart ${call.input.node.container}`;
    case 'removeReplicationSlot':
      return `docker exec ${call.input.on.container} psql -c "SELECT pg_drop_replication_slot('${call.input.slot}')"`;
    case 'restorePassword':
    case 'disownPassword':
      return `./pgrow rotate ${call.input.database} --password --yes`;
    default:
      return './pgrow status';
  }
};
