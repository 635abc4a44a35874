import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { Node } from '../domain/topology.ts';
import type { Platform } from '../platform/platform.ts';
import type { Session } from '../nodes/session.ts';
import { pollUntil } from '../nodes/deadlines.ts';

/** Milliseconds to wait for an unreachable router, once no client waits for it. */
const outOfReachLimitMs = 30_000;

/**
 * A router that holds writes and becomes unreachable keeps holding them until a command or its dead-man ends that: its own
 * checks never override a state set at run time. A router that does not run holds no clients.
 * @returns the routers that stayed unreachable; they must keep their dead-man
 */
export const commandRouters = async (
  platform: Platform,
  session: Session,
  routers: readonly Node[],
  tell: (api: RuntimeApi) => Promise<void>,
): Promise<readonly Node[]> => {
  const told = await Promise.allSettled(
    routers.map((router) =>
      pollUntil(outOfReachLimitMs, `${router.name} to accept the new primary`, async () => {
        const state = await platform.inspectContainer(router.container);
        if (state?.running) await session.asRouter(router, tell);
        return true;
      }),
    ),
  );
  return routers.filter((_, index) => told[index]?.status === 'rejected');
};
