import type { ReactNode } from 'react';
import type { Operation } from '../../data/types.ts';
import styles from './operations.module.css';

/** The line that nothing comes back across. */
export const CutOver = ({ operation }: { readonly operation: Operation }): ReactNode => (
  <li className={styles['cutOver']} data-cut-over="">
    <span>
      <span aria-hidden>◆</span> Point of no return
      {operation.status === 'running' && ': from here on it finishes; before it, everything can be undone'}
    </span>
  </li>
);
