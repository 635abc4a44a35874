import type { ReactNode } from 'react';
import type { Operation } from '../../data/types.ts';
import { Copyable } from '../../parts/copy.tsx';
import styles from './operations.module.css';

/** What could not be removed, each with the command that finishes it. */
export const LeftOvers = ({ of }: { readonly of: NonNullable<Operation['error']>['left_over'] }): ReactNode => {
  if (of.length === 0) return null;
  return (
    <ul className={styles['leftOvers']} aria-label="Left over">
      {of.map(({ what, command }) => (
        <li key={what}>
          <p>Left over: {what}. Finish with:</p>
          <Copyable text={command} label={`the command for ${what}`} />
        </li>
      ))}
    </ul>
  );
};
