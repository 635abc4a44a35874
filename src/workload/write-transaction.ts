import type { Session } from './session.ts';

/** How a client writes: one text, one named statement, or a transaction of three round trips. */
export const statementKinds = ['simple', 'prepared', 'transaction'] as const;
export type StatementKind = (typeof statementKinds)[number];

export interface WrittenRow {
  /** Which run of a workload; several share one table. */
  readonly run: string;
  readonly client: number;
  readonly sequence: number;
}

export const defaultTable = 'pgrow_workload';

export const ensureWorkloadTable = async (session: Session, table: string): Promise<void> => {
  await session.query({
    text:
      `create table if not exists ${table} (run text not null, client integer not null, sequence bigint not null, ` +
      'written_at timestamptz not null default now(), primary key (run, client, sequence))',
  });
};

/** Resolves only when the server acknowledged the commit. */
export const writeRow = async (
  session: Session,
  table: string,
  kind: StatementKind,
  row: WrittenRow,
): Promise<void> => {
  const insert = `insert into ${table} (run, client, sequence)`;
  const values = [row.run, row.client, row.sequence];
  switch (kind) {
    case 'simple':
      // The simple query protocol, hence literals; a run is hexadecimal digits.
      await session.query({ text: `${insert} values ('${row.run}', ${row.client}, ${row.sequence})` });
      return;
    case 'prepared':
      await session.query({ name: `write_${table}`, text: `${insert} values ($1, $2, $3)`, values });
      return;
    case 'transaction': {
      await session.query({ text: 'begin' });
      await session.query({ text: `${insert} values ($1, $2, $3)`, values });
      const { command } = await session.query({ text: 'commit' });
      // PostgreSQL answers the commit of a broken transaction with ROLLBACK, and without an error.
      if (command !== 'COMMIT') throw new Error(`commit was answered with ${command}`);
      return;
    }
    default:
      return kind satisfies never;
  }
};
