import { toConfirm } from '../domain/confirmation.ts';
import { postgresPath, type ApiClient, type ChangeRequest } from './api-client.ts';
import { print, printJson } from './output.ts';
import { planText, type PlanView } from './plan-text.ts';

interface ShowPlan {
  readonly api: ApiClient;
  readonly database: string;
  readonly request: ChangeRequest;
  /** That of the request: where it was sent before, the plan is that of the operation which it started. */
  readonly idempotencyKey?: string | undefined;
  readonly json: boolean;
}

/** Shows the very plan that the operation would run. */
export const showPlan = async ({ json, ...planned }: ShowPlan): Promise<void> => {
  const document = await readPlan(planned);
  if (json) return printJson(document);
  planText(document.operation).forEach(print);
  if (toConfirm(document.operation) !== null) print('To run it, confirm with --yes');
};

export const readPlan = ({ api, database, request: { path, body }, idempotencyKey }: Omit<ShowPlan, 'json'>) =>
  api.post<{ operation: PlanView }>(postgresPath(database, path), body, {
    dryRun: true,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
