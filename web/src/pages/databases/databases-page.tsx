import { type MouseEvent, type ReactNode, useCallback, useDeferredValue, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { useDatabases } from '../../data/queries.ts';
import { useConnection } from '../../data/stream/use-topic.ts';
import type { DatabaseEntry } from '../../data/types.ts';
import { countText, moneyText, plural } from '../../format/numbers.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Empty, Loading, ProblemNotice } from '../../parts/notice.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { choose, isNarrowed, summaryOf, viewOf } from './choose.ts';
import { DatabaseRow } from './database-row.tsx';
import styles from './databases.module.css';
import { Filters, type Narrow } from './filters.tsx';
import { useRowKeys } from './row-keys.ts';
import { useRowMenu } from './row-menu.tsx';

export const DatabasesPage = (): ReactNode => {
  usePageTitle('Databases');
  const { data: newest, error, refetch } = useDatabases();
  // Five hundred rows at once would hold up whatever else is done in the page.
  const data = useDeferredValue(newest);
  if (!data)
    return (
      <>
        <h1>Databases</h1>
        {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Loading what="the databases" />}
      </>
    );
  return (
    <>
      <div className={styles['head']}>
        <h1>Databases</h1>
        {data.length > 0 && <Summary entries={data} />}
        <ButtonLink href="/new" look="primary">
          New database
        </ButtonLink>
      </div>
      {data.length === 0 ? <None /> : <List entries={data} />}
    </>
  );
};

const Summary = ({ entries }: { readonly entries: readonly DatabaseEntry[] }): ReactNode => {
  const { count, attention, monthly_usd } = summaryOf(entries);
  return (
    <p className={styles['summary']}>
      {countText(count)} ·{' '}
      {attention === 0 ? 'none needs attention' : `${countText(attention)} need${attention === 1 ? 's' : ''} attention`}{' '}
      · {moneyText(monthly_usd)} per month
    </p>
  );
};

const List = ({ entries }: { readonly entries: readonly DatabaseEntry[] }): ReactNode => {
  const [search, setSearch] = useSearchParams();
  const view = useMemo(() => viewOf(search), [search]);
  // Many rows take longer to draw than a key press may: the box shows it at once, and they follow.
  const drawn = useDeferredValue(view);
  const shown = useMemo(() => choose(entries, drawn), [entries, drawn]);
  const narrow: Narrow = useCallback(
    (name, value) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return (
    <>
      <Filters view={view} onChange={narrow} />
      <output className={isNarrowed(view) ? styles['summary'] : 'visually-hidden'}>
        {isNarrowed(view) && `${countText(shown.length)} of ${plural(entries.length, 'database')}`}
      </output>
      {shown.length === 0 ? (
        <Empty>
          <p>No database matches.</p>
          <Button onClick={() => setSearch({}, { replace: true })}>Show all</Button>
        </Empty>
      ) : (
        <Rows entries={entries} shown={shown} />
      )}
    </>
  );
};

/** Follows a link without loading the page again, unless the browser is asked to do something else with it. */
const useFollow = () => {
  const [, navigate] = useLocation();
  return useCallback(
    (event: MouseEvent<HTMLAnchorElement>): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      navigate(event.currentTarget.getAttribute('href')!);
    },
    [navigate],
  );
};

const columns = ['Health', 'Name', 'Stage', 'Now', 'Rollback window', 'PostgreSQL', 'Cost per month', 'Actions'];

const Rows = ({
  entries,
  shown,
}: {
  readonly entries: readonly DatabaseEntry[];
  readonly shown: readonly DatabaseEntry[];
}): ReactNode => {
  const keyOf = useRowKeys(useMemo(() => shown.map(({ id }) => id), [shown]));
  const { open, menu } = useRowMenu(entries);
  const follow = useFollow();
  const isStale = useConnection().state === 'reconnecting';
  const showsProject = useMemo(() => new Set(entries.map(({ project }) => project)).size > 1, [entries]);
  return (
    <>
      <table className={styles['table']} aria-label="Databases" data-stale={isStale || undefined}>
        <thead className="visually-hidden">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((entry) => (
            <DatabaseRow
              key={keyOf(entry.id)}
              entry={entry}
              showsProject={showsProject}
              onMenu={open}
              onFollow={follow}
            />
          ))}
        </tbody>
      </table>
      {menu}
    </>
  );
};

const None = (): ReactNode => (
  <Empty>
    <p>There is no database yet. Create one here or on the command line, or let the demo grow one before your eyes:</p>
    <ButtonLink href="/new">New database</ButtonLink>
    <Copyable text="./pgrow create shop" label="the command that creates a database" />
    <Copyable text="./pgrow demo" label="the command that shows a demo" />
  </Empty>
);
