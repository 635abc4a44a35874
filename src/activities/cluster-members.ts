import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Members of Patroni and etcd that take the files they were given, one at a time and without their cluster noticing. */

type Needs = Pick<Dependencies, 'platform' | 'components'>;

/** Seconds for etcd to end by itself before it is killed. */
const stopTimeoutSeconds = 20;

/**
 * Patroni reads its file again and reloads its server. A setting that needs a restart of the server waits for one.
 * What the whole cluster agrees on is in etcd and no member's file changes it.
 */
export const reloadPatroni = async (
  { components: { postgres } }: Needs,
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
 * @throws PgrowError `no_answer` when the others alone would have no quorum
 */
export const restartEtcd = async (
  { platform }: Needs,
  session: Session,
  node: Node,
  step: ActionStep,
): Promise<void> => {
  const others = nodesOf(session.database.topology, 'etcd').filter(({ name }) => name !== node.name);
  const silent: string[] = [];
  for (const other of others) if (!(await votes(session, other))) silent.push(other.name);
  const left = others.length - silent.length;
  if (left * 2 <= others.length + 1 && others.length > 0) {
    const problem = `${node.name} cannot be restarted: without it etcd has no quorum, for ${silent.join(', ')} cannot vote`;
    throw new PgrowError('no_answer', `${problem}. Repair ${silent.length === 1 ? 'it' : 'them'} first.`);
  }
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
