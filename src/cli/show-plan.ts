import { postgresPath, type ApiClient, type ChangeRequest } from './api-client.ts';
import { print, printJson } from './output.ts';
import { planText, type PlanView } from './plan-text.ts';

interface ShowPlan {
  readonly api: ApiClient;
  readonly database: string;
  readonly request: ChangeRequest;
  readonly json: boolean;
}

/** Shows the very plan that the operation would run. */
export const showPlan = async ({ api, database, request, json }: ShowPlan): Promise<void> => {
  const document = await readPlan(api, database, request);
  if (json) return printJson(document);
  planText(document.operation).forEach(print);
};

export const readPlan = (api: ApiClient, database: string, { path, body }: ChangeRequest) =>
  api.post<{ operation: PlanView }>(postgresPath(database, path), body, { dryRun: true });
