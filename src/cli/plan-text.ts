import type { ChangeItem } from '../domain/change.ts';
import type { Cost } from '../domain/cost.ts';
import { sayStall, type AffectedEndpoint } from '../domain/endpoint-effects.ts';
import type { OperationType } from '../domain/operation.ts';
import { stageNames, type Stage } from '../domain/stage.ts';
import { alignColumns } from './table.ts';
import { widthOf, wrapIndented, type Output } from './terminal.ts';

/** What a person is shown of a plan. */
export interface PlanView {
  /** Of what it does: only this plan runs where it is given. */
  readonly digest: string;
  readonly type: OperationType;
  readonly database: string;
  readonly from_stage: Stage | null;
  readonly to_stage: Stage | null;
  readonly steps: readonly { readonly name: string; readonly phase: string }[];
  readonly nodes_added: readonly string[];
  readonly nodes_removed: readonly string[];
  readonly cost_before: Cost;
  readonly cost_after: Cost;
  /** Of a change; absent in the answer of an API from before there were any. */
  readonly changes?: readonly ChangeItem[];
  readonly expected_stall_ms: number;
  readonly point_of_no_return: string | null;
  readonly warnings: readonly string[];
  /** What is lost for good; among the warnings as well. */
  readonly losses: readonly string[];
  /** `says`: absent in the answer of an older API. */
  readonly endpoints: readonly (Omit<AffectedEndpoint, 'says'> & Partial<Pick<AffectedEndpoint, 'says'>>)[];
  readonly estimated_duration_minutes?: number;
}

export const planText = (plan: PlanView): string[] => {
  const stages = [plan.from_stage, plan.to_stage].map((stage) => (stage === null ? 'none' : stageNames[stage]));
  const title = `Plan for ${plan.database}: ${stages.join(' -> ')}`;
  if (plan.steps.length === 0) return [title, 'Nothing to do: it is already as requested.', ...warningLines(plan)];
  return [
    title,
    '',
    ...changeLines(plan),
    ...stepLines(plan),
    '',
    ...alignColumns([
      ['Nodes added', plan.nodes_added.join(', ') || 'none'],
      ['Nodes removed', plan.nodes_removed.join(', ') || 'none'],
      ['Cost per month', `$${plan.cost_before.monthly_usd} -> $${plan.cost_after.monthly_usd}`],
      ['Expected write stall', sayStall(plan)],
      ['Point of no return', plan.point_of_no_return ?? 'none: everything can be undone'],
      ...(plan.estimated_duration_minutes === undefined
        ? []
        : [['Estimated duration', `${plan.estimated_duration_minutes} min`]]),
      ['Digest', plan.digest],
    ]),
    ...endpointLines(plan),
    ...warningLines(plan),
  ];
};

/** What becomes different, and how it takes effect. */
const changeLines = ({ changes = [] }: PlanView): string[] =>
  changes.length === 0
    ? []
    : [
        ...alignColumns(changes.map((item) => [changeName(item), changeValues(item), effectNames[item.takes_effect]])),
        '',
      ];

const changeName = ({ subject, name }: ChangeItem): string => (name === null ? subject : `${subject} ${name}`);

const changeValues = ({ from, to }: ChangeItem): string => `${from ?? 'none'} -> ${to ?? 'none'}`;

const effectNames: Readonly<Record<ChangeItem['takes_effect'], string>> = {
  live: 'live',
  hand_over: 'by hand-over',
  recorded: 'recorded',
};

/** What applications notice, endpoint by endpoint. */
const endpointLines = ({ endpoints }: PlanView): string[] => {
  const lines = endpoints.map(({ name, effect, says = effect.replaceAll('_', ' ') }) => [
    `  ${endpointTitles[name]}`,
    says,
  ]);
  return lines.length === 0 ? [] : ['', 'Endpoints', ...alignColumns(lines), ''];
};

const endpointTitles: Readonly<Record<AffectedEndpoint['name'], string>> = {
  postgres: 'direct',
  pooled: 'pooled',
  pooled_read_only: 'pooled read-only',
  read_write: 'read-write',
  read_only: 'read-only',
  any_node: 'any node',
};

/** Numbered, the phase named once where it begins. */
const stepLines = ({ steps, point_of_no_return }: PlanView): string[] =>
  alignColumns(
    steps.map(({ name, phase }, index) => [
      String(index + 1).padStart(String(steps.length).length),
      steps[index - 1]?.phase === phase ? '' : phase,
      name === point_of_no_return ? `${name}   <- point of no return` : name,
    ]),
  );

export const warningLines = ({ warnings }: Pick<PlanView, 'warnings'>, output: Output = process.stdout): string[] =>
  warnings.flatMap((warning) => wrapIndented(`Warning: ${warning}`, widthOf(output)));
