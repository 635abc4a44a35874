import type { ReactNode } from 'react';
import { changeSearch } from '../../data/changes.ts';
import type { Plan } from '../../data/types.ts';
import { moneyText, plural } from '../../format/numbers.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { stallText } from '../../plan/plan-text.ts';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { countOf, type Edits, noEdits } from '../../plan/edits.ts';
import styles from './settings.module.css';
import type { EditedPlan } from './use-edited-plan.ts';
import type { SetEdits } from './use-edits.ts';

interface PendingBarProps {
  readonly of: OfDatabase;
  readonly edits: Edits;
  readonly setEdits: SetEdits;
  readonly planned: EditedPlan;
  /** The bar goes: the focus has to go elsewhere. */
  readonly onDiscard: () => void;
}

/** What has been edited is one change: it leads to the plan of it. */
export const PendingBar = (props: PendingBarProps): ReactNode => {
  const { edits, setEdits, planned, onDiscard } = props;
  const { project, name } = props.of;
  const count = countOf(edits);
  if (count === 0) return null;
  const { plan, problems, refused } = planned;
  const wrong = problems.size;
  const says = wrong > 0 ? `${plural(wrong, 'value')} ${wrong === 1 ? 'is' : 'are'} not allowed` : refused;
  return (
    <section className={styles['pending']} aria-label="What has been edited">
      <p>
        <strong>{plural(count, 'change')}</strong>{' '}
        <output className={says === null ? styles['quiet'] : styles['problem']}>
          {says ?? (plan ? summaryOf(plan) : '')}
        </output>
      </p>
      <Button
        onClick={() => {
          onDiscard();
          setEdits(() => noEdits);
        }}
      >
        Discard
      </Button>
      <ButtonLink
        look="primary"
        href={`${databasePath(project, name, 'settings')}${changeSearch({ kind: 'change', body: edits })}`}
      >
        Preview
      </ButtonLink>
    </section>
  );
};

/** `by hand-over, writes wait about 200 ms · $50 → $90 a month`. */
const summaryOf = (plan: Plan): string => {
  if (plan.steps.length === 0) return 'nothing to do: it is as requested';
  const { cost_before: before, cost_after: after, changes } = plan;
  const isHandOver = changes.some(({ takes_effect }) => takes_effect === 'hand_over');
  return [
    isHandOver ? `by one hand-over, writes wait ${stallText(plan)}` : 'live, nothing moves',
    ...(before.monthly_usd === after.monthly_usd
      ? []
      : [`${moneyText(before.monthly_usd)} → ${moneyText(after.monthly_usd)} a month`]),
  ].join(' · ');
};
