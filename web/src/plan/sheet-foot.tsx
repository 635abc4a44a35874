import type { ReactNode } from 'react';
import { changeKinds, type Change } from '../data/changes.ts';
import type { Plan } from '../data/types.ts';
import { Button } from '../parts/button.tsx';
import { useRefusal } from '../parts/roles.ts';
import { startText } from './plan-text.ts';
import styles from './plan.module.css';

interface SheetFootProps {
  readonly plan: Plan | undefined;
  readonly change: Change;
  /** The plan is not, or not yet, that of the options in the form. */
  readonly isPlanning: boolean;
  readonly isStarting: boolean;
  /** Why it cannot start as it stands. */
  readonly refused: string | null;
  /** Its cut-over can wait for a word. */
  readonly canWait: boolean;
  readonly onClose: () => void;
  readonly start: (plan: Plan, more?: Change['body']) => void;
}

/** The only buttons that change anything, at the end of what there is to read. */
export const SheetFoot = (props: SheetFootProps): ReactNode => {
  const { plan, change, isPlanning, isStarting, refused, canWait, onClose, start } = props;
  const byRole = useRefusal(changeKinds[change.kind].role);
  const busy = isStarting ? 'it is being started' : isPlanning ? 'its plan is being made' : null;
  const reason = byRole ?? busy ?? refused;
  const press = (more?: Change['body']) => (): void => {
    if (plan) start(plan, more);
  };
  const waits = change.body['cutover'] === 'on_signal';
  const isRuinous = plan?.type === 'destroy' || plan?.type === 'failover';
  const label = plan ? startText[plan.type] : 'Start it';
  return (
    <div className={styles['foot']}>
      {reason !== null && (
        <p className={styles['note']} data-part="refused">
          {reason}
        </p>
      )}
      <Button onClick={onClose}>Cancel</Button>
      {canWait && !waits && (
        <Button refused={reason} quietly onClick={press({ cutover: 'on_signal' })}>
          Prepare, I cut over later
        </Button>
      )}
      <Button look={isRuinous ? 'danger' : 'primary'} refused={reason} data-part="start" onClick={press()}>
        {canWait && waits ? 'Prepare, I cut over later' : label}
      </Button>
    </div>
  );
};
