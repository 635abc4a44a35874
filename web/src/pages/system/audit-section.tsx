import { useInfiniteQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { get } from '../../data/api.ts';
import { isProblem } from '../../data/problem.ts';
import type { Audit } from '../../data/types.ts';
import { dayText, momentText, timeText } from '../../format/times.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import { Empty, Loading, Notice, ProblemNotice } from '../../parts/notice.tsx';
import tables from '../../parts/parts.module.css';
import { projectText } from './project-text.ts';
import styles from './system.module.css';

type Entry = Audit['entries'][number];

const readAudit = (database: string, cursor: string | null, signal: AbortSignal): Promise<Audit> => {
  const query = new URLSearchParams({ ...(database !== '' && { database }), ...(cursor !== null && { cursor }) });
  return get<Audit>(`/v1/audit?${query.toString()}`, signal);
};

/** Who asked for which change, and what was refused. */
export const AuditSection = (): ReactNode => {
  const [database, setDatabase] = useAddressValue('database');
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', database],
    queryFn: ({ signal, pageParam }) => readAudit(database, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Audit) => last.next_cursor,
    staleTime: 0,
  });
  if (isProblem(error) && error.status === 403)
    return (
      <Notice tone="info">
        <p>{error.message}</p>
      </Notice>
    );
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <>
      <DatabaseFilter key={database} value={database} onChange={setDatabase} />
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading what="the audit" />}
      {data && <AuditTable entries={entries} />}
      {hasNextPage && (
        <div className={styles['row']}>
          <Button refused={isFetchingNextPage ? 'They are being read.' : null} onClick={() => void fetchNextPage()}>
            Load older
          </Button>
        </div>
      )}
    </>
  );
};

const DatabaseFilter = ({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode => {
  const [text, setText] = useState(value);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChange(text);
  };
  return (
    <form onSubmit={submit} className={styles['filter']}>
      <TextField
        label="Only about the database"
        value={text}
        placeholder="name or id"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">Filter</Button>
      {value !== '' && <Button onClick={() => onChange('')}>Show all</Button>}
    </form>
  );
};

const AuditTable = ({ entries }: { readonly entries: readonly Entry[] }): ReactNode => {
  if (entries.length === 0)
    return (
      <Empty>
        <p>No entries.</p>
      </Empty>
    );
  return (
    <table className={tables['table']}>
      <caption className="visually-hidden">Changes that were asked for, and refusals, newest first</caption>
      <thead>
        <tr>
          <th scope="col">At</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Database</th>
          <th scope="col">Details</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry, index) => (
          <AuditRow key={entry.id} entry={entry} isFirstOfDay={isFirstOfDay(entries, index)} />
        ))}
      </tbody>
    </table>
  );
};

const isFirstOfDay = (entries: readonly Entry[], index: number): boolean =>
  index === 0 || dayText(entries[index]!.at) !== dayText(entries[index - 1]!.at);

const AuditRow = ({ entry, isFirstOfDay: isFirst }: { readonly entry: Entry; readonly isFirstOfDay: boolean }) => {
  const { at, actor, project, action } = entry;
  const { database, ...details } = entry.details as Readonly<Record<string, unknown>>;
  return (
    <>
      {isFirst && (
        <tr className={styles['day']}>
          <th scope="rowgroup" colSpan={5}>
            {dayText(at)}
          </th>
        </tr>
      )}
      <tr>
        <td data-label="At">
          <time dateTime={at} title={momentText(at)}>
            {timeText(at)}
          </time>
        </td>
        <td data-label="Who">{actor}</td>
        <td data-label="What" className={action === 'refused' ? styles['down'] : undefined}>
          {action.replaceAll('_', ' ')}
        </td>
        <td data-label="Database">{typeof database === 'string' ? database : projectText(project)}</td>
        <td data-label="Details" className={styles['details']}>
          <span>
            {Object.entries(details).map(([name, value]) => (
              <span key={name}>
                {name} <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>{' '}
              </span>
            ))}
          </span>
        </td>
      </tr>
    </>
  );
};
