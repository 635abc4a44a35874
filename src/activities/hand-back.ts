import type { CutOver } from '../domain/step-actions.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import { answerWithinMs } from '../domain/hand-over-limits.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import { disarm, releasePoolers } from '../nodes/dead-man.ts';
import { restartLeader, resumePatroni } from './promotion.ts';
import { unfence } from '../nodes/server-control.ts';
import type { Session } from '../nodes/session.ts';
import { refuseIfGivenAway, refuseIfPromoted, takesWrites, type HandOverWay } from '../nodes/has-stayed.ts';
import { commandRouters } from './command-routers.ts';
import { pollUntil, withTimeLimit } from '../nodes/deadlines.ts';

/** Milliseconds. After a clean stop there is nothing to replay, but the machine may be busy. */
const serveLimitMs = 30_000;

/**
 * Before the promotion: makes the old primary serve again and releases all clients.
 * @throws PgrowError `internal` if the successor may have been ordered to take over: then the only way is forward;
 * `no_answer` while that cannot be known, or the old primary does not serve yet
 */
export const handBack = async ({ dependencies, session, input }: HandOverWay): Promise<void> => {
  const { platform } = dependencies;
  const { from, poolers, routers } = input;
  if (!(await takesWrites(dependencies, session, from).catch(() => false))) {
    await (input.promotion === 'standby_cluster' ? refuseIfGivenAway : refuseIfPromoted)(dependencies, session, input);
    await platform.startContainer(from.container);
    await unfence(platform, from);
    await pollUntil(serveLimitMs, `${from.name}:${ports.postgres} to serve again`, async () => {
      if (await takesWrites(dependencies, session, from).catch(() => false)) return true;
      await restartLeader(session, input);
      return takesWrites(dependencies, session, from);
    });
  }
  const unheard = await releaseRouters(dependencies, session, input);
  await releasePoolers(platform, poolers);
  await resumePatroni(session, input);
  // An unreachable router must not keep everything else from being restored.
  const lost = await commandRouters(platform, session, unheard, release(dependencies, input));
  await disarm(
    platform,
    routers.filter((router) => !lost.includes(router)),
  );
};

/** Returns the routers that could not be reached soon, because clients are waiting. */
const releaseRouters = async (
  dependencies: HandOverWay['dependencies'],
  session: Session,
  input: CutOver,
): Promise<readonly Node[]> => {
  const told = await Promise.allSettled(
    input.routers.map((router) =>
      withTimeLimit(
        answerWithinMs,
        `${router.name} does not answer`,
        session.asRouter(router, release(dependencies, input)),
      ),
    ),
  );
  return input.routers.filter((_, index) => told[index]?.status === 'rejected');
};

const release =
  ({ components }: HandOverWay['dependencies'], { from, to }: CutOver) =>
  (api: RuntimeApi): Promise<void> =>
    components.haproxy.releaseWrites(api, from.name, to.name);
