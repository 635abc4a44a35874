import type { AcknowledgedSequences } from './acknowledged.ts';
import type { Session } from './session.ts';

export interface LostWrite {
  readonly client: number;
  readonly sequence: number;
}

export interface LostWrites {
  readonly lost: number;
  /** At most ten, to look for in logs. */
  readonly first_lost: readonly LostWrite[];
}

const reportedLosses = 10;

/** Looks up every acknowledged row of a run. */
export const countLostWrites = async (
  session: Session,
  table: string,
  run: string,
  clients: readonly AcknowledgedSequences[],
): Promise<LostWrites> => {
  let lost = 0;
  const first: LostWrite[] = [];
  for (const [client, sequences] of clients.entries()) {
    const missing = await missingSequences(session, table, run, client, sequences);
    lost += missing.length;
    first.push(...missing.slice(0, reportedLosses - first.length).map((sequence) => ({ client, sequence })));
  }
  return { lost, first_lost: first };
};

const missingSequences = async (
  session: Session,
  table: string,
  run: string,
  client: number,
  { last, gaps }: AcknowledgedSequences,
): Promise<readonly number[]> => {
  const { rows } = await session.query({
    text: `select sequence::int from generate_series(1, $3::bigint) sequence
       where not exists (select from ${table} w where w.run = $1 and w.client = $2 and w.sequence = sequence.sequence)
         and not exists (select from unnest($4::bigint[], $5::bigint[]) gap (first, last)
                         where sequence.sequence between gap.first and gap.last)
       order by sequence`,
    values: [run, client, last, gaps.map(({ from }) => from), gaps.map(({ to }) => to)],
  });
  return rows.map(({ sequence }) => Number(sequence));
};
