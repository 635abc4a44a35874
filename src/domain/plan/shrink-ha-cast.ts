import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import { slotName } from '../naming.ts';
import { newNode, nextOrdinals } from '../nodes.ts';
import type { ReplicaOptions } from '../options.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';

export interface ShrinkHa {
  readonly database: Database;
  readonly topology: Topology;
  /** Who leads, as Patroni has it. */
  readonly leader: string;
  /** Replicas that can do nothing now: none of them takes over or stays. */
  readonly hanging: readonly string[];
  /** Null: no replicas and no HAProxy remain. */
  readonly replicas: ReplicaOptions | null;
  /** Physical slots that pgrow did not make. */
  readonly guests: readonly string[];
}

/**
 * Who becomes what on the way down from ha.
 * @throws PgrowError `refused` when no member answers that could take over
 */
export const castOf = ({
  database,
  topology: from,
  leader: leaderName,
  hanging: names,
  replicas: options,
  guests,
}: ShrinkHa) => {
  const members = nodesOf(from, 'postgres');
  const leader = nodeNamed(from, leaderName);
  const others = members.filter((node) => node !== leader);
  const hanging = others.filter(({ name }) => names.includes(name));
  const [successor, ...rest] = others.filter((node) => !hanging.includes(node));
  if (!successor) {
    throw new PgrowError(
      'refused',
      `${database.name} cannot leave ha: no member answers to which ${leader.name} could hand over. ` +
        `Bring one of ${others.map(({ name }) => name).join(', ')} back first, or rebuild it: ./pgrow reinit ${database.name} NODE`,
    );
  }
  const count = options?.count ?? 0;
  const converted = rest.slice(0, count);
  const spare = [...rest.slice(count), ...hanging];
  const keepsLeader = count > converted.length;
  const cloned = nextOrdinals(from, 'postgres', Math.max(0, count - converted.length - 1)).map((ordinal) =>
    newNode(database, 'postgres', ordinal, 'replica'),
  );
  const plain = (node: Node): Node => ({
    ...node,
    mode: 'replica',
    source: { node: successor.name, slot: slotName(node.name) },
  });
  const newPrimary: Node = { ...successor, mode: 'primary' };
  const replicas = [...converted, ...(keepsLeader ? [leader] : []), ...cloned].map(plain);
  const routers = nodesOf(from, 'haproxy');
  const keptRouters = options?.enable_haproxy ? routers.slice(0, 1) : [];
  const bridge: Topology = { ...from, kept: [] };
  const to: Topology = {
    ...bridge,
    stage: options ? 2 : from.pooling ? 1 : 0,
    nodes: [
      ...from.nodes.filter((node) => !['postgres', 'etcd', 'haproxy'].includes(node.kind)),
      newPrimary,
      ...replicas,
      ...keptRouters,
    ],
    primary: successor.name,
    replicas: options,
    ha: null,
  };
  return {
    from,
    bridge,
    to,
    members,
    guests,
    leader,
    hanging,
    successor,
    newPrimary,
    converted,
    spare,
    keepsLeader,
    cloned: cloned.map(plain),
    replicas,
    routers,
    keptRouters,
    removedRouters: routers.filter((node) => !keptRouters.includes(node)),
    etcd: nodesOf(from, 'etcd'),
    poolers: nodesOf(from, 'pgbouncer'),
  };
};
export type Cast = ReturnType<typeof castOf>;
