import { z } from 'zod';
import { accepted, planned } from '../api/documents/operation.ts';
import { planText, type PlanView } from '../cli/plan-text.ts';
import type { StartedOperation } from '../cli/change.ts';
import { PgrowError } from '../domain/errors.ts';
import { includes, type Role } from '../domain/tokens.ts';
import {
  askForPlan,
  changeNames,
  changes,
  optionRules,
  runAgreedPlan,
  type ChangeName,
  type ChangeWanted,
} from './changes.ts';
import { database } from './inputs.ts';
import { PlanChanged } from './plan-changed.ts';
import { defineTool, readOnly, type Reply, type Tool } from './tool.ts';

/**
 * The only tools that lead to a change. One shows a plan, the other runs the plan with the digest that was shown, or none: so
 * nothing is done that a person could not see first.
 */
export const changeTools = (role: Role): readonly Tool[] => {
  const runnable = changeNames.filter((name) => includes(role, changes[name].role));
  return [
    defineTool({
      name: 'plan_change',
      title: 'Plan a change',
      description:
        'Shows what a change would do, and touches nothing: steps, cost, stall of writes, point of no return, warnings, what would be lost, and the digest of the plan. Show the plan to the person you work for before run_plan. Where there is no run_plan for the change, the token may not run it, and another person has to.',
      annotations: readOnly,
      input: z.strictObject({
        ...wantedOf(changeNames),
        options: z
          .record(z.string(), z.unknown())
          .default({})
          .describe('Of the change; each has a default.')
          .meta({ anyOf: optionRules(changeNames) }),
      }),
      answer: planned,
      run: async (input, { api }) => showPlan(await askForPlan<Planned>(api, input)),
    }),
    ...(runnable.length === 0 ? [] : [runPlan(runnable)]),
  ];
};

const wantedOf = (names: readonly ChangeName[]) => ({
  database,
  change: z.enum(names).describe(names.map((name) => `${name}: ${changes[name].summary}`).join('\n')),
});

const runPlan = (names: readonly ChangeName[]): Tool =>
  defineTool({
    name: 'run_plan',
    title: 'Run a plan that was shown',
    description:
      'Runs exactly the plan with this digest, which thereby counts as read and agreed to. Call it only after a person has seen the plan of plan_change and agreed. If the database has changed since, nothing is touched and the answer is the plan as it is now. Then: wait_for_operation.',
    role: 'operator',
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
    input: z.strictObject({
      ...wantedOf(names),
      options: z.record(z.string(), z.unknown()).default({}).describe('The same as in plan_change.'),
      plan_digest: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'the digest of a plan, as plan_change shows it')
        .describe('Of the plan that was agreed to.'),
      idempotency_key: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The same key twice starts one operation: for a call whose answer was lost.'),
    }),
    answer: accepted,
    run: async ({ plan_digest, idempotency_key, ...change }, { api }) => {
      const started = await runAgreedPlan<StartedOperation & { readonly service_id: string }>(api, change, {
        plan_digest,
        idempotency_key,
      }).catch(async (error: unknown) => {
        throw isOfAnotherPlan(error) ? new PlanChanged(error, await planAgain(api, change)) : error;
      });
      const { operation_id: operation, service_id } = started;
      const follow = JSON.stringify({ database: service_id, operation });
      return {
        answer: started,
        texts: [JSON.stringify(started), `Started. Follow it: wait_for_operation ${follow}`],
      };
    },
  });

interface Planned {
  readonly operation: PlanView;
}

const showPlan = (document: Planned): Reply => ({ answer: document, texts: [shownPlan(document)] });

const shownPlan = ({ operation: plan }: Planned): string =>
  [...planText(plan), '', plan.steps.length === 0 ? 'There is nothing to run.' : next(plan)].join('\n');

const next = ({ digest }: PlanView): string =>
  'Nothing has been touched. Show this plan with all its warnings to the person you work for. Once they have agreed: run_plan ' +
  `with the same database, change and options, and plan_digest ${digest}`;

const isOfAnotherPlan = (error: unknown): error is PgrowError =>
  error instanceof PgrowError && error.code === 'plan_changed';

/** Null where there is none any more: then the refusal has to do. */
const planAgain = (api: Parameters<typeof askForPlan>[0], change: ChangeWanted): Promise<string | null> =>
  askForPlan<Planned>(api, change).then(shownPlan, () => null);
