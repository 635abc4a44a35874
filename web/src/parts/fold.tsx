import type { ReactNode } from 'react';
import styles from './parts.module.css';

/** Opens and closes; what is in it is found by a search of the page all the same. */
export const Fold = ({
  title,
  open = false,
  children,
}: {
  readonly title: ReactNode;
  readonly open?: boolean;
  readonly children: ReactNode;
}): ReactNode => (
  <details className={styles['fold']} open={open}>
    <summary>{title}</summary>
    <div className={styles['folded']}>{children}</div>
  </details>
);
