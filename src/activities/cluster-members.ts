import { ports } from '../domain/naming.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Applies new files to members of Patroni and etcd, one at a time and without disturbing their cluster. */

/** Seconds for etcd to exit before it is killed. */
const stopTimeoutSeconds = 20;
/** For the other members to elect a leader; if it takes longer, a member is missing. */
const quorumPatienceSeconds = 30;

/**
 * Patroni reloads its file and its server. A setting that needs a restart of the server takes effect at the next one.
 * Settings of the whole cluster are in etcd and cannot be changed by a member's file.
 */
export const reloadPatroni = async (
  { components: { postgres } }: NodeDependencies,
  session: Session,
  node: Node,
  step: ActionStep,
): Promise<void> => {
  const before = await session.asSuperuser(node, postgres.readLoadTime);
  await session.asMember(node, (client) => client.reload());
  await waitUntil({
    for: `${node.name}:${ports.postgres} to reload its configuration`,
    step,
    look: async () => {
      const last = await session.asSuperuser(node, postgres.readLoadTime);
      return last === before ? { observed: `it last reloaded at ${before}` } : { found: true };
    },
  });
};

/**
 * etcd reads its file only when it starts. The cluster continues without this member in the meantime.
 * @throws PgrowError `not_ready` when the others have no quorum without it; they may need a moment to elect a leader
 */
export const restartEtcd = async (
  { platform }: NodeDependencies,
  session: Session,
  node: Node,
  step: ActionStep,
): Promise<void> => {
  const others = nodesOf(session.database.topology, 'etcd').filter(({ name }) => name !== node.name);
  await waitUntil({
    for: `etcd to have a quorum without ${node.name}, so that it can be restarted`,
    step: { ...step, patience_seconds: Math.min(step.patience_seconds, quorumPatienceSeconds) },
    look: async () => {
      const voting = await Promise.all(others.map((other) => votes(session, other)));
      const silent = others.filter((_, index) => !voting[index]).map(({ name }) => name);
      const left = others.length - silent.length;
      if (others.length === 0 || left * 2 > others.length + 1) return { found: true };
      return { observed: `${silent.join(', ')} cannot vote; repair ${silent.length === 1 ? 'it' : 'them'} first` };
    },
  });
  // etcd is its container's own process, with no supervisor beside it.
  await platform.restartContainer(node.container, stopTimeoutSeconds);
  await waitUntil({
    for: `${node.name}:${ports.etcdClient} to vote again`,
    step,
    look: async () => ((await votes(session, node)) ? { found: true } : { observed: `${node.name} is starting` }),
  });
};

const votes = async (session: Session, node: Node): Promise<boolean> => {
  try {
    return await (await session.connectEtcd(node)).isHealthy();
  } catch {
    return false;
  }
};
