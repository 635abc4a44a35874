import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { isProblem, type Problem } from '../data/problem.ts';
import type { Change } from '../data/changes.ts';
import type { Accepted, Plan, Status } from '../data/types.ts';
import { Loading, Notice } from '../parts/notice.tsx';
import { canWait } from './cut-over-choice.tsx';
import { DestroyPart } from './destroy-part.tsx';
import { useRules } from './option-rules.ts';
import { PlanCommand } from './plan-command.tsx';
import { PlanEffects, PlanPreflight, PlanWarnings } from './plan-effects.tsx';
import { PlanFacts } from './plan-facts.tsx';
import { PlanOptions } from './plan-options.tsx';
import { PlanChanged, PlanRefusal } from './plan-refusal.tsx';
import { PlanSteps } from './plan-steps.tsx';
import { asksToConfirm, toTick } from './plan-text.ts';
import { SheetFoot } from './sheet-foot.tsx';
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

export const SheetBody = (props: SheetBodyProps): ReactNode => {
  const { project, name, status, change, subject, planned, isSettling, onChange, onClose, onStarted } = props;
  const rules = useRules()?.(change, status) ?? null;
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [typed, setTyped] = useState('');
  const { start, isStarting, error: startError } = useStart(subject, onStarted);
  const form = useRef<HTMLDivElement>(null);
  // An answer for other options than those in the form says nothing about them.
  const isPlanning = isSettling || planned.isPlaceholderData || planned.isPending;
  const plan = planned.error ? undefined : planned.data;
  const replaced = useReplaced(subject, planned.isPlaceholderData ? undefined : plan);
  const error = planned.error ?? (isPlanning ? null : saidOfStart(startError));
  const fields = rules ? Object.keys(rules) : [];
  const problems = problemsOf(error).filter(({ path }) => fields.includes(path));
  const focusProblem = (): void => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  useProblemFocus(problems, form, focusProblem);
  const unread = plan ? toTick(plan).filter((each) => !ticked.has(each)) : [];
  const isNothing = plan?.steps.length === 0;
  return (
    <div ref={form} className={styles['sheet']} aria-busy={isPlanning}>
      {replaced && plan && <PlanChanged before={replaced} after={plan} />}
      {error !== null && <PlanRefusal {...{ error, project, name, fields }} onRetry={() => void planned.refetch()} />}
      {rules && (
        <PlanOptions
          {...{ change, rules, status, problems, onChange }}
          open={isNothing || opensOptions(change, status)}
        />
      )}
      {!plan && planned.isPending && <Loading what="the plan" />}
      {plan && (
        <div className={isPlanning ? styles['stale'] : styles['parts']}>
          {isNothing && <Notice tone="info">Nothing to do: it is already as requested.</Notice>}
          {!isNothing && <PlanFacts plan={plan} change={change} rules={rules} />}
          <PlanPreflight plan={plan} />
          <PlanEffects plan={plan} />
          <PlanWarnings
            plan={plan}
            ticked={ticked}
            onTick={(text, isTicked) => setTicked(isTicked ? new Set([...ticked, text]) : without(ticked, text))}
          />
          {plan.type === 'destroy' && status && (
            <DestroyPart plan={plan} status={status} typed={typed} onType={setTyped} />
          )}
          {!isNothing && <PlanSteps plan={plan} />}
          <PlanCommand
            plan={plan}
            typed={{ ...change, project, name: name ?? plan.database, confirmed: asksToConfirm(plan) }}
          />
        </div>
      )}
      <SheetFoot
        {...{ plan, change, isPlanning, isStarting, onClose, start }}
        refused={
          problems.length > 0
            ? null
            : reasonAgainst({ plan, unread, isNothing, isNamed: plan?.type !== 'destroy' || typed === name })
        }
        onProblem={problems.length > 0 ? focusProblem : null}
        canWait={canWait(change) && plan?.steps.some(({ waits_for_signal }) => waits_for_signal) === true}
      />
    </div>
  );
};

const problemsOf = (error: unknown): Problem['problems'] => (isProblem(error) ? error.problems : []);

/** That the plan is another one is said by the plan itself. */
const saidOfStart = (error: unknown): unknown => (isProblem(error) && error.code === 'plan_changed' ? null : error);

const without = (set: ReadonlySet<string>, text: string): ReadonlySet<string> =>
  new Set([...set].filter((each) => each !== text));

/** Somebody who opens the options of something that is there has come for them. */
const opensOptions = ({ kind, body }: Change, status: Status | null): boolean =>
  kind === 'create' || (kind === 'pooling' && body['enabled'] !== false && status?.pooling.enabled === true);

interface Against {
  readonly plan: Plan | undefined;
  readonly unread: readonly string[];
  readonly isNothing: boolean;
  readonly isNamed: boolean;
}

const reasonAgainst = ({ plan, unread, isNothing, isNamed }: Against): string | null => {
  if (!plan) return 'there is no plan to start';
  if (isNothing) return 'there is nothing to do';
  if (plan.preflight?.some(({ ok }) => ok === false)) return 'it would be refused before anything is touched';
  if (unread.length > 0) return 'tick what has to be confirmed first';
  return isNamed ? null : 'type its name first, exactly as it is written';
};

/** The first field with a problem, unless somebody is typing into one of them. */
const useProblemFocus = (
  problems: Problem['problems'],
  form: { readonly current: HTMLElement | null },
  focus: () => void,
): void => {
  const paths = problems.map(({ path }) => path).join();
  const act = useRef(focus);
  useEffect(() => {
    act.current = focus;
  });
  useEffect(() => {
    if (paths === '') return;
    const active = document.activeElement;
    const isTyping = active instanceof HTMLInputElement && form.current?.contains(active) === true;
    if (!isTyping) act.current();
  }, [paths, form]);
};
