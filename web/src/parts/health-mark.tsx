import { Circle, CircleHelp, CirclePause, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Health, Operation } from '../data/types.ts';
import styles from './parts.module.css';

export type Shown = Health | 'changing';

const icons = {
  healthy: Circle,
  degraded: TriangleAlert,
  down: CircleX,
  unknown: CircleHelp,
  stopped: CirclePause,
  changing: LoaderCircle,
} as const;

/** While these run, there is nothing yet, or nothing any more, that could be up. */
const takeItUpOrDown: readonly Operation['type'][] = ['create', 'restore', 'start', 'stop', 'destroy'];

export const isComingOrGoing = (operation: Pick<Operation, 'type'> | null): boolean =>
  operation !== null && takeItUpOrDown.includes(operation.type);

/** A change is no fault, and what is down stays down while something is done about it. */
export const shownHealth = (health: Health, operation: Pick<Operation, 'type'> | null): Shown =>
  operation !== null && (health !== 'down' || isComingOrGoing(operation)) ? 'changing' : health;

/** Shape, word and colour say the same. */
export const HealthMark = ({ health }: { readonly health: Shown }): ReactNode => {
  const Icon = icons[health];
  return (
    <span className={`${styles['mark']} ${styles[health]}`} data-health={health}>
      <Icon size={14} aria-hidden fill={health === 'healthy' ? 'currentColor' : 'none'} />
      {health}
    </span>
  );
};
