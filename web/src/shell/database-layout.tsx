import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useDatabase, useDatabases } from '../data/queries.ts';
import { isProblem } from '../data/problem.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { HealthMark, shownHealth } from '../parts/health-mark.tsx';
import { Empty, Loading, ProblemNotice } from '../parts/notice.tsx';
import { usePageTitle } from '../parts/page-title.ts';
import { stageText } from '../format/stages.ts';
import { AboveTabs } from './above-tabs.tsx';
import { DatabaseMenu } from './database-menu.tsx';
import { databasePath, type OfDatabase } from './of-database.ts';
import { PlanSheet } from './plan-sheet.tsx';
import styles from './shell.module.css';

export const databaseTabs = [
  ['', 'Overview'],
  ['metrics', 'Metrics'],
  ['queries', 'Query Logs'],
  ['backups', 'Backups'],
  ['scale', 'Scale'],
  ['settings', 'Settings'],
  ['operations', 'Operations'],
  ['events', 'Events'],
  ['logs', 'Logs'],
  ['cost', 'Cost'],
  ['connect', 'Connect'],
] as const;
export type DatabaseTab = (typeof databaseTabs)[number][0];

interface LayoutProps extends OfDatabase {
  readonly tab: DatabaseTab;
  /** There is something to show without a database: one that is not made yet, or has been destroyed. */
  readonly standsAlone?: boolean;
  readonly children: ReactNode;
}

/** What stands around each page of a database: its name and health, what is going on, its tabs, and the plan that is open. */
export const DatabaseLayout = ({ project, name, tab, standsAlone = false, children }: LayoutProps): ReactNode => {
  const { data: status, error, refetch } = useDatabase(project, name);
  const title = databaseTabs.find(([path]) => path === tab)![1];
  usePageTitle(name, title);
  if (isProblem(error) && error.status === 404)
    return standsAlone ? <Alone name={name}>{children}</Alone> : <NoSuchDatabase name={name} />;
  if (!status)
    return (
      <>
        <h1>{name}</h1>
        {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Loading what={name} />}
      </>
    );
  return (
    <>
      <div className={styles['databaseHead']}>
        <h1>{name}</h1>
        <HealthMark health={shownHealth(status.health, status.operation)} />
        <span>stage {stageText({ stage: status.stage, pooling: status.pooling.enabled })}</span>
        <span>PostgreSQL {status.postgres_major}</span>
        <span className={styles['grow']} />
        <span className={styles['actions']}>
          <ButtonLink href={databasePath(project, name, 'connect')}>Connect</ButtonLink>
          <ButtonLink href={databasePath(project, name, 'scale')}>Scale</ButtonLink>
          <DatabaseMenu status={status} trigger={<Button aria-label={`More actions for ${name}`}>⋯</Button>} />
        </span>
      </div>
      <AboveTabs status={status} />
      <Tabs {...{ project, name, tab }} />
      {children}
      <PlanSheet project={project} name={name} />
    </>
  );
};

const Tabs = ({ project, name, tab }: OfDatabase & Pick<LayoutProps, 'tab'>): ReactNode => {
  const row = useRef<HTMLElement>(null);
  // On a phone not all of them are in sight.
  useEffect(() => {
    const present = row.current?.children[databaseTabs.findIndex(([path]) => path === tab)];
    if (row.current && present instanceof HTMLElement)
      row.current.scrollLeft = present.offsetLeft - (row.current.clientWidth - present.offsetWidth) / 2;
  }, [tab]);
  return (
    <nav ref={row} aria-label={`Pages of ${name}`} className={styles['tabs']}>
      {databaseTabs.map(([path, label]) => (
        <Link
          key={path}
          href={databasePath(project, name, path)}
          className={styles['tab']}
          aria-current={path === tab ? 'page' : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
};

const Alone = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <>
    <h1>{name}</h1>
    {children}
  </>
);

const NoSuchDatabase = ({ name }: { readonly name: string }): ReactNode => {
  const { data = [] } = useDatabases();
  return (
    <>
      <h1>There is no database {name}</h1>
      <Empty>
        {data.length === 0 ? <p>There are no databases.</p> : <p>There {data.length === 1 ? 'is' : 'are'}:</p>}
        <ul className={styles['others']}>
          {data.slice(0, 20).map((entry) => (
            <li key={entry.id}>
              <Link href={databasePath(entry.project, entry.name)}>{entry.name}</Link>
            </li>
          ))}
        </ul>
        <ButtonLink href="/new">New database</ButtonLink>
      </Empty>
    </>
  );
};
