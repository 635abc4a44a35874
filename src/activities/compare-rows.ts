import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { judge, looksForProof, sample, type SampledTable } from '../domain/row-comparison.ts';
import { nothingSeen } from '../domain/step-record.ts';
import type { Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

interface Inputs {
  readonly dependencies: NodeDependencies;
  readonly session: Session;
  readonly database: string;
  readonly primary: Node;
  /** A physical copy of it. */
  readonly copy: Node;
  readonly step: ActionStep;
}

/** @throws PgrowError `verification_failed`, naming the tables that differ */
export const compareRows = async ({ dependencies, session, database, primary, copy, step }: Inputs): Promise<void> => {
  const { postgres } = dependencies.components;
  const keep = restartIfExited(dependencies.platform, step);

  const look = async (tables: readonly SampledTable[]) => {
    // Of the primary twice: what changed meanwhile proves nothing.
    const onTable = countTables(step, tables.length * 3);
    const read = (node: Node) =>
      session.asReader(node, database, (connection) => postgres.fingerprint(connection, tables, { onTable }));
    const before = await read(primary);
    const { lsn } = await session.asSuperuser(primary, postgres.readPosition);
    await waitUntil({
      for: `${copy.name}:${ports.postgres} to replay up to ${lsn}`,
      step,
      look: async () => {
        await keep(copy);
        const position = await session.asSuperuser(copy, postgres.readPosition);
        const behind = postgres.parseLsn(lsn) - postgres.parseLsn(position.lsn);
        return behind <= 0n ? { found: true } : { observed: `${behind} bytes behind`, remaining: Number(behind) };
      },
    });
    return judge({ before, copy: await read(copy), after: await read(primary) });
  };

  step.note(`comparing rows of ${database}`);
  const all = sample(await session.asReader(primary, database, postgres.listTables));
  let suspects = all;
  for (let looks = 1; suspects.length > 0; looks += 1) {
    const { changed, unread, differs } = await look(suspects);
    if (looks === 1) step.note(summary(database, all.length, { changed, unread }), nothingSeen);
    suspects = suspects.filter(({ name }) => differs.includes(name));
    if (suspects.length > 0 && looks === looksForProof) {
      throw new PgrowError(
        'verification_failed',
        `${copy.name} differs from ${primary.name} in ${differs.map((table) => `${database}.${table}`).join(', ')}.`,
      );
    }
  }
};

/** Milliseconds between two notes. */
const noteAgainMs = 1000;

const countTables = (step: Pick<ActionStep, 'note'>, total: number) => {
  let done = 0;
  let notedAt = performance.now();
  return () => {
    done += 1;
    if (performance.now() - notedAt < noteAgainMs) return;
    notedAt = performance.now();
    step.note(null, { progress: { done, total, unit: 'tables' } });
  };
};

const summary = (database: string, all: number, { changed, unread }: Record<'changed' | 'unread', readonly string[]>) =>
  [
    `compared ${all - changed.length - unread.length} of ${all} tables of ${database}`,
    ...(changed.length > 0 ? [`${changed.length} changed meanwhile`] : []),
    ...(unread.length > 0
      ? [
          `${unread.length} skipped, because reading them takes too long or would run code of theirs: ${unread.slice(0, 5).join(', ')}`,
        ]
      : []),
  ].join('; ');
