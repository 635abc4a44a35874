import type { CutOver } from '../domain/step-actions.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import type { Node } from '../domain/topology.ts';
import type { NodeDependencies } from './dependencies.ts';
import type { Session } from './session.ts';

/** The servers of a hand-over, and the means to reach them. */
export interface HandOverWay {
  readonly dependencies: NodeDependencies;
  readonly session: Session;
  readonly input: CutOver;
}

/** Whether nothing was handed over: the old primary serves, and the successor was never ordered to take over. */
export const hasStayed = async ({ dependencies, session, input }: HandOverWay): Promise<boolean> => {
  if (!(await takesWrites(dependencies, session, input.from).catch(() => false))) return false;
  try {
    await (input.promotion === 'standby_cluster' ? refuseIfGivenAway : refuseIfPromoted)(dependencies, session, input);
    return true;
  } catch {
    return false;
  }
};

export const takesWrites = async (
  { components }: HandOverWay['dependencies'],
  session: Session,
  node: Node,
): Promise<boolean> => !(await session.asSuperuser(node, components.postgres.readPosition)).in_recovery;

/** A plain standby that received a promotion command either is no longer a standby, or has the signal file in its data directory. */
export const refuseIfPromoted = async (_: HandOverWay['dependencies'], session: Session, { from, to }: CutOver) => {
  const [row] = await session.asSuperuser(to, (connection) =>
    connection.query<{ follows: boolean }>(
      "SELECT pg_is_in_recovery() AND (pg_stat_file('promote', true)).size IS NULL AS follows",
    ),
  );
  if (!row?.follows)
    throw new PgrowError('internal', `${from.name} stays fenced: ${to.name} was ordered to take over.`);
};

/** An interrupted attempt may have ordered the cluster to promote, without having received the answer. */
export const refuseIfGivenAway = async (
  dependencies: HandOverWay['dependencies'],
  session: Session,
  { from, to, members }: CutOver,
) => {
  // Promoted directly, whether or not its cluster knows.
  if (await takesWrites(dependencies, session, to).catch(() => false))
    throw new PgrowError('internal', `${from.name} stays fenced: ${to.name} takes writes.`);
  const reasons: string[] = [];
  // The intended leader first; a member that hangs takes seconds.
  for (const member of members.toSorted((a, b) => Number(b.name === to.name) - Number(a.name === to.name))) {
    try {
      if ((await session.asMember(member, (client) => client.config())).standby_cluster) return;
      throw new PgrowError('internal', `${from.name} stays fenced: the new cluster was ordered to take over.`);
    } catch (error) {
      if (error instanceof PgrowError && error.code === 'internal') throw error;
      reasons.push(messageOf(error));
    }
  }
  throw new PgrowError(
    'no_answer',
    `${from.name} stays fenced, because no member says whether it took over: ${reasons.join(' ')}`,
  );
};
