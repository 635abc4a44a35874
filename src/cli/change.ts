import type { Command } from 'commander';
import type { OperationDocument } from '../domain/operation.ts';
import { postgresPath, type ApiClient, type ChangeRequest, type SendOptions } from './api-client.ts';
import { readConsoleLink } from './console-link.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { followOperation, readOperation, reportOperation } from './follow-operation.ts';
import { print, printJson, printProgress } from './output.ts';
import { showPlan } from './show-plan.ts';

/** The API's 202 to a change. */
export interface StartedOperation {
  readonly operation_id: string;
  readonly workflow_id: string;
}

export interface ChangeFlags {
  readonly detach?: true;
  readonly json?: true;
  readonly idempotencyKey?: string;
  readonly planDigest?: string;
}

/** What every verb takes that starts an operation. `json`: what that option does, where the verb can do something else. */
export const addChangeOptions = (command: Command, json = 'print the operation as one JSON document'): Command =>
  command
    .option('--detach', 'return the operation at once instead of waiting for its end')
    .option('--idempotency-key <key>', 'the same key twice starts one operation')
    .option('--json', json);

/** The same, of operations that can be planned. */
export const addPlannedChangeOptions = (command: Command, json?: string): Command =>
  addChangeOptions(
    command
      .option('--dry-run', 'show the plan and touch nothing')
      .option('--plan-digest <digest>', 'run the plan that was shown with this digest, and no other'),
    json,
  );

interface FinishChange {
  readonly api: ApiClient;
  readonly database: string;
  readonly started: StartedOperation;
  readonly flags: ChangeFlags;
  /** How the operation must end for exit code 0. Default `done`. */
  readonly wanted?: OperationDocument['status'];
}

/** Waits for the end of what was started, or returns at once; prints the outcome either way. */
export const finishChange = async ({ api, database, started, flags, wanted }: FinishChange): Promise<ExitCode> => {
  const operationId = started.operation_id;
  const link = await readConsoleLink(api, database, `/operations/${operationId}`);
  if (link !== null) printProgress(`In the console: ${link}`);
  if (flags.detach) {
    const operation = await readOperation(api, database, operationId);
    if (flags.json) printJson({ operation });
    else print(operationId);
    if (operation.waiting_for !== null) printProgress(`It waits for ${operation.waiting_for}`);
    printProgress(`Look again: ./pgrow status ${database}  or  ./pgrow operations ${database}`);
    return exitCodes.done;
  }
  const operation = await followOperation({ api, database, operationId });
  const exitCode = reportOperation(operation, wanted);
  if (flags.json) printJson({ operation });
  return exitCode;
};

interface StartChange extends ChangeRequest {
  /** Name of the database that the operation belongs to, where it is not the one that is asked. */
  readonly becomes?: string;
  readonly api: ApiClient;
  readonly database: string;
  readonly flags: ChangeFlags & { readonly dryRun?: true };
}

/** Starts a change of one database and sees it through; with `--dry-run` only shows its plan. */
export const runChange = async ({
  api,
  database,
  path,
  body,
  flags,
  becomes = database,
}: StartChange): Promise<ExitCode> => {
  if (flags.dryRun) {
    const { idempotencyKey, json = false } = flags;
    await showPlan({ api, database, request: { path, body }, idempotencyKey, json });
    return exitCodes.done;
  }
  const started = await api.post<StartedOperation>(postgresPath(database, path), body, postOptions(flags));
  return finishChange({ api, database: becomes, started, flags });
};

export const postOptions = ({ idempotencyKey, planDigest }: ChangeFlags): SendOptions => ({
  ...(idempotencyKey !== undefined && { idempotencyKey }),
  ...(planDigest !== undefined && { planDigest }),
});
