import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useCost } from '../../data/queries.ts';
import type { Operation } from '../../data/types.ts';
import { moneyText } from '../../format/numbers.ts';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './overview.module.css';

export const MonthlyCost = ({
  of: { project, name },
  operation,
}: {
  readonly of: OfDatabase;
  readonly operation: Operation | null;
}): ReactNode => {
  const { data } = useCost(project, name);
  if (!data) return null;
  const after = operation?.cost_after.monthly_usd ?? data.monthly_usd;
  return (
    <section className={styles['panel']} aria-label="Cost">
      <h2>Cost</h2>
      <p>
        <strong className={styles['big']}>{moneyText(data.monthly_usd)}</strong>
        {after !== data.monthly_usd && <> → {moneyText(after)}</>} per month
      </p>
      <p className={styles['quiet']}>
        {data.items.map(({ kind, count }) => (count > 1 ? `${count} × ${kind}` : kind)).join(' · ')}
      </p>
      <Link href={databasePath(project, name, 'cost')}>Breakdown</Link>
    </section>
  );
};
