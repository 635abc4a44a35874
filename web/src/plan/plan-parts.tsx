import type { ReactNode } from 'react';
import type { Change } from '../data/changes.ts';
import type { Plan, Status } from '../data/types.ts';
import { Notice } from '../parts/notice.tsx';
import { DestroyPart } from './destroy-part.tsx';
import type { Rules } from './option-rules.ts';
import { PlanChanges } from './plan-changes.tsx';
import { PlanCommand } from './plan-command.tsx';
import { PlanEffects, PlanPreflight, PlanWarnings } from './plan-effects.tsx';
import { PlanFacts } from './plan-facts.tsx';
import { PlanSteps } from './plan-steps.tsx';
import { asksToConfirm } from './plan-text.ts';

/** What somebody has ticked and typed before it starts. */
export interface Confirmation {
  readonly ticked: ReadonlySet<string>;
  readonly typed: string;
  readonly onTick: (text: string, isTicked: boolean) => void;
  readonly onType: (typed: string) => void;
}

interface PlanPartsProps {
  readonly plan: Plan;
  readonly project: string;
  readonly name: string | null;
  readonly status: Status | null;
  readonly change: Change;
  readonly rules: Rules | null;
  readonly confirmation: Confirmation;
}

/** Everything that there is to read of a plan, the most important first. */
export const PlanParts = ({ plan, project, name, status, change, rules, confirmation }: PlanPartsProps): ReactNode => {
  const { ticked, typed, onTick, onType } = confirmation;
  const isNothing = plan.steps.length === 0;
  return (
    <>
      {isNothing && <Notice tone="info">Nothing to do: it is already as requested.</Notice>}
      {!isNothing && <PlanFacts plan={plan} change={change} rules={rules} />}
      <PlanChanges changes={plan.changes} />
      <PlanPreflight plan={plan} />
      <PlanEffects plan={plan} />
      <PlanWarnings plan={plan} ticked={ticked} onTick={onTick} />
      {plan.type === 'destroy' && status && <DestroyPart plan={plan} status={status} typed={typed} onType={onType} />}
      {!isNothing && <PlanSteps plan={plan} waits={change.body['cutover'] === 'on_signal'} />}
      <PlanCommand
        plan={plan}
        typed={{ ...change, project, name: name ?? plan.database, confirmed: asksToConfirm(plan) }}
      />
    </>
  );
};
