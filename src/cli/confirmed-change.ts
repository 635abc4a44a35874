import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { toConfirm } from '../domain/confirmation.ts';
import { PgrowError } from '../domain/errors.ts';
import type { ApiClient, ChangeRequest } from './api-client.ts';
import { addPlannedChangeOptions, runChange, type ChangeFlags } from './change.ts';
import type { ExitCode } from './exit-codes.ts';
import { printProgress } from './output.ts';
import { warningLines, type PlanView } from './plan-text.ts';
import { readPlan } from './show-plan.ts';

/** What would take or lose something shows its warnings first, and asks. */
export interface ConfirmedFlags extends ChangeFlags {
  readonly yes?: true;
  readonly dryRun?: true;
}

export const addConfirmedChangeOptions = (command: Command): Command =>
  addPlannedChangeOptions(command.option('--yes', 'proceed without asking'));

interface ConfirmedChange {
  readonly api: ApiClient;
  readonly database: string;
  readonly request: ChangeRequest;
  readonly flags: ConfirmedFlags;
}

/** Where the plan has something to confirm: shows it and asks, unless `--yes` was given. Then runs the change. */
export const runConfirmedChange = async ({ api, database, request, flags }: ConfirmedChange): Promise<ExitCode> => {
  const { path, body } = request;
  const run = (confirmed: Confirmed | null) =>
    runChange({
      api,
      database,
      path,
      body: confirmed ? { ...body, confirm: true } : body,
      // What was confirmed is what runs.
      flags: { ...flags, ...(confirmed && flags.planDigest === undefined && { planDigest: confirmed.digest }) },
    });
  const asked = async (): Promise<Confirmed | null> => {
    const { operation } = await readPlan({ api, database, request, idempotencyKey: flags.idempotencyKey });
    if (toConfirm(operation) === null) return null;
    await requireYes(database, operation, flags.yes === true);
    return operation;
  };
  if (flags.dryRun) return run(null);
  // A key belongs to the one request that is sent with it.
  if (flags.yes || flags.idempotencyKey !== undefined) return run(await asked());
  try {
    return await run(null);
  } catch (error) {
    if (!lacksConfirmation(error)) throw error;
    return run(await asked());
  }
};

/** The plan that was shown. */
type Confirmed = Pick<PlanView, 'digest'>;

const lacksConfirmation = (error: unknown): boolean =>
  error instanceof PgrowError &&
  error.code === 'invalid_input' &&
  error.problems.some(({ path }) => path === 'confirm');

/** Shows what the plan warns of, and asks unless `--yes` was given. */
const requireYes = async (database: string, plan: PlanView, yes: boolean): Promise<void> => {
  for (const line of consequences(plan)) printProgress(line);
  if (yes) return;
  const answer = await ask(`Go ahead with ${database}? [y/N] `);
  if (answer !== null && /^y(es)?$/i.test(answer.trim())) return;
  throw new PgrowError(
    'malformed_request',
    answer === null
      ? `Nothing was touched: without a terminal pgrow cannot ask. To go ahead: --yes. To see the plan: --dry-run`
      : 'Nothing was touched.',
  );
};

/** What a person has to know before saying yes. */
export const consequences = (plan: Pick<PlanView, 'nodes_removed' | 'warnings'>): string[] => [
  ...warningLines(plan, process.stderr),
  ...(plan.nodes_removed.length > 0 ? [`Removes ${plan.nodes_removed.join(', ')}.`] : []),
];

/** Asks on a terminal; null without one. */
export const ask = async (question: string): Promise<string | null> => {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await questions.question(question);
  } finally {
    questions.close();
  }
};
