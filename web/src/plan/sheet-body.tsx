import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { isProblem, type Problem } from '../data/problem.ts';
import type { Change } from '../data/changes.ts';
import type { Accepted, Plan, Status } from '../data/types.ts';
import { Loading } from '../parts/notice.tsx';
import { canWait } from './cut-over-choice.tsx';
import { wishedPaths } from './edits.ts';
import { useRules } from './option-rules.ts';
import { PlanOptions } from './plan-options.tsx';
import { PlanParts } from './plan-parts.tsx';
import { PlanChanged, PlanRefusal } from './plan-refusal.tsx';
import { SheetFoot } from './sheet-foot.tsx';
import { useConfirmation } from './use-confirmation.ts';
import { type Subject, useReplaced, useStart } from './use-plan.ts';
import styles from './plan.module.css';

export interface SheetBodyProps {
  readonly project: string;
  readonly name: string | null;
  readonly status: Status | null;
  /** As the form has it. */
  readonly change: Change;
  /** As it is planned. */
  readonly subject: Subject;
  readonly planned: UseQueryResult<Plan>;
  readonly isSettling: boolean;
  readonly onChange: (body: Change['body']) => void;
  readonly onClose: () => void;
  readonly onStarted: (accepted: Accepted, plan: Plan) => void;
}

/** Options, the plan that follows from them, and the button at its end. */
export const SheetBody = (props: SheetBodyProps): ReactNode => {
  const { project, name, status, change, subject, planned, isSettling, onChange, onClose, onStarted } = props;
  const rules = useRules()?.(change, status) ?? null;
  const { start, isStarting, error: startError } = useStart(subject, onStarted);
  // An answer for other options than those in the form says nothing about them.
  const isPlanning = isSettling || planned.isPlaceholderData || planned.isPending;
  const plan = planned.error ? undefined : planned.data;
  const replaced = useReplaced(subject, planned.isPlaceholderData ? undefined : plan);
  const { confirmation, lacks } = useConfirmation(plan, name);
  const error = planned.error ?? (isPlanning ? null : saidOfStart(startError));
  const fields = [...(rules ? Object.keys(rules) : []), ...(change.kind === 'change' ? wishedPaths(change.body) : [])];
  const problems = isProblem(error) ? error.problems.filter(({ path }) => fields.includes(path)) : [];
  const form = useProblemFocus(problems);
  const opensOptions = plan?.steps.length === 0 || isForOptions(change, status);
  return (
    <div ref={form} className={styles['sheet']} aria-busy={isPlanning}>
      {replaced && plan && <PlanChanged before={replaced} after={plan} />}
      {error !== null && <PlanRefusal {...{ error, project, name, fields }} onRetry={() => void planned.refetch()} />}
      {rules && <PlanOptions {...{ change, rules, status, problems, onChange }} open={opensOptions} />}
      {!plan && planned.isPending && <Loading what="the plan" />}
      {plan && (
        <div className={isPlanning ? styles['stale'] : styles['parts']}>
          <PlanParts {...{ plan, project, name, status, change, rules, confirmation }} />
        </div>
      )}
      <SheetFoot
        {...{ plan, change, isPlanning, isStarting, onClose, start }}
        refused={problems.length > 0 ? 'an option is not allowed' : (againstPlan(plan) ?? lacks)}
        canWait={canWait(change) && plan?.steps.some(({ waits_for_signal }) => waits_for_signal) === true}
      />
    </div>
  );
};

/** That the plan is another one is said by the plan itself. */
const saidOfStart = (error: unknown): unknown => (isProblem(error) && error.code === 'plan_changed' ? null : error);

/** Somebody who opens the options of something that is there has come for them. */
const isForOptions = ({ kind, body }: Change, status: Status | null): boolean =>
  kind === 'create' || (kind === 'pooling' && body['enabled'] !== false && status?.pooling.enabled === true);

const againstPlan = (plan: Plan | undefined): string | null => {
  if (!plan) return 'there is no plan to start';
  if (plan.steps.length === 0) return 'there is nothing to do';
  return plan.preflight?.some(({ ok }) => ok === false) ? 'it would be refused before anything is touched' : null;
};

/** Leads to the first field with a problem, unless somebody is typing into one. */
const useProblemFocus = (problems: Problem['problems']): RefObject<HTMLDivElement | null> => {
  const form = useRef<HTMLDivElement>(null);
  const paths = problems.map(({ path }) => path).join();
  useEffect(() => {
    if (paths === '') return;
    const active = document.activeElement;
    const isTyping = active instanceof HTMLInputElement && form.current?.contains(active) === true;
    if (!isTyping) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [paths]);
  return form;
};
