import type { ReactNode } from 'react';
import styles from './settings.module.css';

type Value = readonly [label: string, value: string];

export const Values = ({ values }: { readonly values: readonly Value[] }): ReactNode => (
  <dl className={styles['values']}>
    {values.map(([label, value]) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
