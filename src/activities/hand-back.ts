import type { CutOver } from '../domain/actions.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import { answerWithinMs } from '../domain/hand-over-limits.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import { disarm, releasePoolers } from './dead-man.ts';
import type { Dependencies } from './dependencies.ts';
import { restartLeader, resumePatroni } from './promotion.ts';
import type { Session } from './session.ts';
import { tellOrLeaveAside } from './tell-routers.ts';
import { poll, within } from './time-limits.ts';

/** Milliseconds: it replays nothing after a clean stop, but a machine may be busy. */
const serveLimitMs = 30_000;

interface HandBack {
  readonly dependencies: Pick<Dependencies, 'platform' | 'components'>;
  readonly session: Session;
  readonly input: CutOver;
}

/**
 * Before the promotion: the old primary serves again and no client waits.
 * @throws PgrowError `internal` while the successor may have been told to take over: then the only way is forward;
 * `no_answer` while that cannot be known, or the old primary does not serve yet
 */
export const handBack = async ({ dependencies, session, input }: HandBack): Promise<void> => {
  const { platform } = dependencies;
  const { from, poolers, routers } = input;
  if (!(await takesWrites(dependencies, session, from).catch(() => false))) {
    await (input.promotion === 'standby_cluster' ? refuseIfGivenAway : refuseIfPromoted)(dependencies, session, input);
    await platform.startContainer(from.container);
    const { exitCode, stderr } = await platform.exec(from.container, ['pgrow-unfence']);
    if (exitCode !== 0) throw new PgrowError('internal', `${from.name} cannot be unfenced: ${stderr.trim()}.`);
    await poll(serveLimitMs, `${from.name}:${ports.postgres} to serve again`, async () => {
      if (await takesWrites(dependencies, session, from).catch(() => false)) return true;
      await restartLeader(session, input);
      return takesWrites(dependencies, session, from);
    });
  }
  const unheard = await releaseRouters(dependencies, session, input);
  await releasePoolers(platform, poolers);
  await resumePatroni(session, input);
  // One that stays out of reach is no reason to keep everything else as it is.
  const lost = await tellOrLeaveAside(platform, session, unheard, release(dependencies, input));
  await disarm(
    platform,
    routers.filter((router) => !lost.includes(router)),
  );
};

/** Whether nothing was handed over: the old primary serves, and the successor was never told to take over. */
export const hasStayed = async ({ dependencies, session, input }: HandBack): Promise<boolean> => {
  if (!(await takesWrites(dependencies, session, input.from).catch(() => false))) return false;
  try {
    await (input.promotion === 'standby_cluster' ? refuseIfGivenAway : refuseIfPromoted)(dependencies, session, input);
    return true;
  } catch {
    return false;
  }
};

/** Answers with those that could not be told soon: clients wait. */
const releaseRouters = async (
  dependencies: HandBack['dependencies'],
  session: Session,
  input: CutOver,
): Promise<readonly Node[]> => {
  const told = await Promise.allSettled(
    input.routers.map((router) =>
      within(answerWithinMs, `${router.name} does not answer`, session.asRouter(router, release(dependencies, input))),
    ),
  );
  return input.routers.filter((_, index) => told[index]?.status === 'rejected');
};

const release =
  ({ components }: HandBack['dependencies'], { from, to }: CutOver) =>
  (api: RuntimeApi): Promise<void> =>
    components.haproxy.releaseWrites(api, from.name, to.name);

const takesWrites = async ({ components }: HandBack['dependencies'], session: Session, node: Node): Promise<boolean> =>
  !(await session.asSuperuser(node, components.postgres.readPosition)).in_recovery;

/** A plain standby that was told to promote is one no more, or has the order lying in its data directory. */
const refuseIfPromoted = async (_: HandBack['dependencies'], session: Session, { from, to }: CutOver) => {
  const [row] = await session.asSuperuser(to, (connection) =>
    connection.query<{ follows: boolean }>(
      "SELECT pg_is_in_recovery() AND (pg_stat_file('promote', true)).size IS NULL AS follows",
    ),
  );
  if (!row?.follows) throw new PgrowError('internal', `${from.name} stays fenced: ${to.name} was told to take over.`);
};

/** An attempt that was interrupted may have told the cluster to promote, without having heard the answer. */
const refuseIfGivenAway = async (
  dependencies: HandBack['dependencies'],
  session: Session,
  { from, to, members }: CutOver,
) => {
  // Promoted by itself, whatever its cluster has heard of it.
  if (await takesWrites(dependencies, session, to).catch(() => false))
    throw new PgrowError('internal', `${from.name} stays fenced: ${to.name} takes writes.`);
  const reasons: string[] = [];
  // The one that was to lead knows best; one that hangs takes seconds.
  for (const member of members.toSorted((a, b) => Number(b.name === to.name) - Number(a.name === to.name))) {
    try {
      if ((await session.asMember(member, (client) => client.config())).standby_cluster) return;
      throw new PgrowError('internal', `${from.name} stays fenced: the new cluster was told to take over.`);
    } catch (error) {
      if (error instanceof PgrowError && error.code === 'internal') throw error;
      reasons.push(messageOf(error));
    }
  }
  throw new PgrowError(
    'no_answer',
    `${from.name} stays fenced, for no member says whether it took over: ${reasons.join(' ')}`,
  );
};
