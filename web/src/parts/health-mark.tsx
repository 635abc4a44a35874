import type { ReactNode } from 'react';
import type { Health, Operation } from '../data/types.ts';
import styles from './parts.module.css';

export type Shown = Health | 'changing';

const circle = 'M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0';
/** After Lucide's icons (ISC licence), each as one path: five hundred of its components take as long to draw as all else in the rows. */
const shapes: Readonly<Record<Shown, string>> = {
  healthy: circle,
  degraded: 'm21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01',
  down: `${circle}M15 9l-6 6M9 9l6 6`,
  unknown: `${circle}M9 9.5a3 2.5 0 0 1 6 0c0 2-2 2-3 3.5M12 17h.01`,
  stopped: `${circle}M10 15V9M14 15V9`,
  changing: 'M21 12a9 9 0 1 1-6.219-8.56',
};

/** While these run, there is nothing yet, or nothing any more, that could be up. */
const takeItUpOrDown: readonly Operation['type'][] = ['create', 'restore', 'start', 'stop', 'destroy'];

export const isComingOrGoing = (operation: Pick<Operation, 'type'> | null): boolean =>
  operation !== null && takeItUpOrDown.includes(operation.type);

/** A change is no fault, and what is down stays down while something is done about it. */
export const shownHealth = (health: Health, operation: Pick<Operation, 'type'> | null): Shown =>
  operation !== null && (health !== 'down' || isComingOrGoing(operation)) ? 'changing' : health;

/** Shape, word and colour say the same. */
export const HealthMark = ({ health }: { readonly health: Shown }): ReactNode => (
  <span className={`${styles['mark']} ${styles[health]}`} data-health={health}>
    <svg viewBox="0 0 24 24" aria-hidden>
      <path d={shapes[health]} />
    </svg>
    {health}
  </span>
);
