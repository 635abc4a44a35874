import type { ReactNode } from 'react';
import { useDatabase } from '../../data/queries.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { Findings } from './findings.tsx';
import { HandOvers } from './hand-overs.tsx';
import { LayersPicture } from './layers-picture.tsx';
import { MonthlyCost } from './monthly-cost.tsx';
import styles from './overview.module.css';
import { RecentEvents } from './recent-events.tsx';

export const OverviewPage = ({ project, name }: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(project, name);
  const of = { project, name };
  if (!status) return null;
  return (
    <>
      <LayersPicture of={of} status={status} />
      <div className={styles['below']}>
        <Findings of={of} />
        <HandOvers of={of} />
        <MonthlyCost of={of} operation={status.operation} />
        <RecentEvents of={of} />
      </div>
    </>
  );
};
