import { Check, Circle, Pause, Play, RefreshCw, TriangleAlert, Undo2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './operations.module.css';
import type { StepState } from './steps.ts';

const icons = {
  pending: Circle,
  running: Play,
  waits: Pause,
  helped: RefreshCw,
  done: Check,
  failed: X,
  undone: Undo2,
  undo_failed: TriangleAlert,
} as const satisfies Record<StepState, unknown>;

/** Beside its word: ○ ▶ ⏸ ⟳ ✓ ✕ ↩ and a sign of danger, drawn, because few fonts have all of them. */
export const StateMark = ({ state }: { readonly state: StepState }): ReactNode => {
  const Icon = icons[state];
  return (
    <span className={`${styles['mark']} ${styles[state]}`} aria-hidden>
      <Icon size={15} strokeWidth={2.6} />
    </span>
  );
};
