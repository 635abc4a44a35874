import type { ReactNode } from 'react';
import type { Change } from '../data/changes.ts';
import type { Plan } from '../data/types.ts';
import { moneyChangeText, moneyText } from '../format/numbers.ts';
import { durationOf, stallText, undoText } from './plan-text.ts';
import { valueAt } from './option-values.ts';
import type { Rules } from './option-rules.ts';
import { exactTime } from './seconds.ts';
import styles from './plan.module.css';

interface PlanFactsProps {
  readonly plan: Plan;
  readonly change: Change;
  /** Null while they are not known. */
  readonly rules: Rules | null;
}

/** What it costs, how long it takes, what clients wait, until when it can be undone. */
export const PlanFacts = ({ plan, change, rules }: PlanFactsProps): ReactNode => {
  const { cost_before: before, cost_after: after } = plan;
  const undo = undoText(plan);
  const isSame = before.monthly_usd === after.monthly_usd;
  return (
    <dl className={styles['facts']}>
      <Fact
        label="Cost per month"
        note={isSame ? 'as before' : moneyChangeText(after.monthly_usd - before.monthly_usd)}
      >
        {isSame ? moneyText(after.monthly_usd) : `${moneyText(before.monthly_usd)} → ${moneyText(after.monthly_usd)}`}
      </Fact>
      <Fact label="Takes">{durationOf(plan)}</Fact>
      <Fact label="Writes wait">{stallText(plan)}</Fact>
      <Fact label="Can be undone" note={[undo.at, afterwards(plan, change, rules)].filter(Boolean).join('; ')}>
        {undo.until}
      </Fact>
    </dl>
  );
};

interface FactProps {
  readonly label: string;
  readonly note?: string | null;
  readonly children: ReactNode;
}

const Fact = ({ label, note, children }: FactProps): ReactNode => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
    {note != null && note !== '' && <dd className={styles['note']}>{note}</dd>}
  </div>
);

/** What leaves a rollback window says how long. */
const leaveWindow: readonly Plan['type'][] = ['expand', 'scale_down', 'change'];

const afterwards = ({ type }: Plan, { body }: Change, rules: Rules | null): string | null => {
  const seconds = valueAt(body, 'checkpoint_timeout') ?? rules?.['checkpoint_timeout']?.default;
  return leaveWindow.includes(type) && typeof seconds === 'number' ? `afterwards for ${exactTime(seconds)}` : null;
};
