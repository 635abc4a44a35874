import { useQuery } from '@tanstack/react-query';
import { ArrowDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { get, postgresPath } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { Statements } from './documents.ts';
import { countText } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Answered } from '../../parts/answered.tsx';
import { Choices } from '../../parts/choices.tsx';
import { Empty } from '../../parts/notice.tsx';
import tables from '../../parts/parts.module.css';
import { Ago } from '../../parts/times.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import type { Revealing } from './logged-statements.tsx';
import styles from './queries.module.css';
import { Sentences } from './sentences.tsx';
import { StatementText } from './statement-text.tsx';

type Statement = Statements['statements'][number];

/** What may be sorted by: the API sorts, for it lists only those that come first. */
const columns = [
  ['total', 'Total'],
  ['calls', 'Calls'],
  ['mean', 'Mean'],
  ['rows', 'Rows'],
] as const;
type Order = (typeof columns)[number][0];

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** What `pg_stat_statements` has counted. */
export const TopStatements = ({ project, name, isRevealed }: OfDatabase & Revealing): ReactNode => {
  const [text, setOrder] = useAddressValue('order', 'total');
  const order: Order = columns.find(([each]) => each === text)?.[0] ?? 'total';
  const found = useQuery({
    queryKey: keys.of(project, name, 'statements', order, isRevealed),
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ order, limit: '50', ...(isRevealed && { reveal: 'true' }) });
      return get<Statements>(postgresPath(project, name, `statements?${query.toString()}`), signal);
    },
    gcTime: 0,
    meta: { isRevealed },
    refetchInterval: isRevealed ? false : 30_000,
  });
  return (
    <Answered of={found} what="the statements">
      {(answer) => (
        <>
          <Sentences says={answer.says} />
          {answer.available && <Counted {...answer} order={order} onOrder={setOrder} />}
        </>
      )}
    </Answered>
  );
};

interface CountedProps extends Statements {
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

const Counted = ({ since, statements, order, onOrder }: CountedProps): ReactNode => {
  if (statements.length === 0)
    return (
      <Empty>
        <p>Nothing was counted yet.</p>
      </Empty>
    );
  return (
    <>
      {since !== null && (
        <p className={styles['quiet']}>
          Counted on the server that takes writes; the counters began <Ago at={since} />.
        </p>
      )}
      <div className={styles['onPhone']}>
        <Choices label="Sorted by" value={order} choices={columns} onChange={onOrder} />
      </div>
      <table className={tables['table']}>
        <caption className="visually-hidden">Statements, those that cost most first</caption>
        <thead>
          <tr>
            <th scope="col">Statement</th>
            <th scope="col">User</th>
            {columns.map(([column, label]) => (
              <th
                key={column}
                scope="col"
                className={tables['numeric']}
                aria-sort={column === order ? 'descending' : undefined}
              >
                <button type="button" className={styles['sort']} onClick={() => onOrder(column)}>
                  {column === order && <ArrowDown size={13} aria-hidden />}
                  {label}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {statements.map((statement) => (
            <StatementRow key={`${statement.query_id} ${statement.user}`} statement={statement} />
          ))}
        </tbody>
      </table>
    </>
  );
};

const StatementRow = ({ statement }: { readonly statement: Statement }): ReactNode => {
  const { statement: text, user, calls, total_ms, mean_ms, rows, share } = statement;
  return (
    <tr>
      <td>
        <StatementText text={text} />
      </td>
      <td data-label="User">{user}</td>
      <td data-label="Total" className={tables['numeric']}>
        <span>
          {durationText(total_ms)} <span className={styles['quiet']}>{percent.format(share)}</span>
        </span>
      </td>
      <td data-label="Calls" className={tables['numeric']}>
        {countText(calls)}
      </td>
      <td data-label="Mean" className={tables['numeric']}>
        {durationText(mean_ms)}
      </td>
      <td data-label="Rows" className={tables['numeric']}>
        {countText(rows)}
      </td>
    </tr>
  );
};
