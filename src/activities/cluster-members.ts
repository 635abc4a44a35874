import { ports } from '../domain/naming.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Members of Patroni and etcd that take the files they were given, one at a time and without their cluster noticing. */

/** Seconds for etcd to end by itself before it is killed. */
const stopTimeoutSeconds = 20;
/** For the others to elect a leader; longer than that they lack a member. */
const quorumPatienceSeconds = 30;

/**
 * Patroni reads its file again and reloads its server. A setting that needs a restart of the server waits for one.
 * What the whole cluster agrees on is in etcd and no member's file changes it.
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
    for: `${node.name}:${ports.postgres} to read its configuration again`,
    step,
    look: async () => {
      const last = await session.asSuperuser(node, postgres.readLoadTime);
      return last === before ? { observed: `it last did at ${before}` } : { found: true };
    },
  });
};

/**
 * etcd reads its file at its start only. The cluster goes on without this member meanwhile.
 * @throws PgrowError `not_ready` when the others alone have no quorum, which may take them a moment: they elect a leader
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
