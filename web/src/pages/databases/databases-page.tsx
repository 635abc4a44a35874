import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useDatabases } from '../../data/queries.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { Loading, ProblemNotice } from '../../parts/notice.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { databasePath } from '../../shell/of-database.ts';

export const DatabasesPage = (): ReactNode => {
  usePageTitle('Databases');
  const { data, error, refetch } = useDatabases();
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the databases" />;
  return (
    <>
      <h1>Databases</h1>
      <ul>
        {data.map(({ id, project, name, health }) => (
          <li key={id}>
            <HealthMark health={health} /> <Link href={databasePath(project, name)}>{name}</Link>
          </li>
        ))}
      </ul>
    </>
  );
};
