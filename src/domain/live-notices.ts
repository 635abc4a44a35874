import { formatBytes } from './format-bytes.ts';
import type { LiveNode, NodeState } from './live-state.ts';
import { commitsWait, isDoubtful, ownNodes } from './live-health.ts';
import { repairCommand } from './faults.ts';
import { isReplayHalted } from './replay-halted.ts';
import { writeText, type RouteWrite } from './route-write.ts';
import type { Topology } from './topology.ts';

interface Seen {
  /** Of the database. */
  readonly name: string;
  readonly topology: Topology;
  readonly nodes: readonly LiveNode[];
  readonly writes: readonly RouteWrite[];
}

/** Sentences for `status`: what pgrow cannot see or do and how to mend it, what is wrong, and what clients notice of it. */
export const noticesOf = (seen: Seen): readonly string[] => {
  const { topology, nodes } = seen;
  const own = ownNodes(nodes, topology);
  if (topology.stopped) return onPurpose(seen, own);
  return [
    ...keptOut(seen, own),
    ...ofState(own, 'unknown').map(
      ({ name, detail }) => `The state of ${name} cannot be seen: ${detail ?? 'the Docker engine does not say'}.`,
    ),
    ...ofState(own, 'replay paused').map(({ detail }) => `${detail}.`),
    ...own.flatMap(({ name, detail }) => (isReplayHalted(detail) ? [`${name} is down: ${detail}.`] : [])),
    ...[...ofState(own, 'server stopped'), ...ofState(own, 'fenced')].map(
      ({ name, detail }) => `The server of ${name} is kept down: ${detail}.`,
    ),
    ...hasNoLeader(seen, own),
    ...commitsAreHeldUp(seen, own),
    ...isAway(seen, own),
    ...own.flatMap(({ kind, name, state, detail }) =>
      kind !== 'postgres' && state !== 'running' && detail ? [`${name} is ${state}: ${detail}.`] : [],
    ),
    ...clientsWrites(seen),
  ];
};

const onPurpose = ({ name }: Seen, own: readonly LiveNode[]): readonly string[] => {
  const isDown = ({ state }: LiveNode) => state === 'stopped' || state === 'absent' || state === 'server stopped';
  const up = own.filter((node) => !isDown(node)).map((node) => node.name);
  return [
    `${name} is stopped on purpose. Start it: ./pgrow start ${name}`,
    ...(up.length > 0
      ? [`${up.join(', ')} of it ${up.length > 1 ? 'are' : 'is'} not down. Stop: ./pgrow stop ${name}`]
      : []),
  ];
};

const ofState = (nodes: readonly LiveNode[], state: NodeState): readonly LiveNode[] =>
  nodes.filter((node) => node.state === state);

const keptOut = ({ name: database }: Seen, own: readonly LiveNode[]): readonly string[] => {
  const refusing = ofState(own, 'access refused');
  const full = ofState(own, 'no connection free');
  const cannot = `Until it can log in, pgrow can neither see whether they serve clients nor move, grow or roll back ${database}`;
  return [
    ...(refusing.length > 0
      ? [
          `${names(refusing)} ${refusing.length > 1 ? 'refuse' : 'refuses'} pgrow's login: ${refusing[0]!.detail}. ${cannot}. ` +
            'pgrow restores its own role by itself; undo anything else that keeps it out (pg_hba.conf, a database that takes no ' +
            `connections), as superuser: docker exec -it ${refusing[0]!.container} psql -U postgres`,
        ]
      : []),
    ...(full.length > 0
      ? [
          `${names(full)} ${full.length > 1 ? 'have' : 'has'} no connection free for pgrow: ${full[0]!.detail}. ${cannot}. ` +
            'End idle sessions, or allow roles fewer connections (ALTER ROLE … CONNECTION LIMIT).',
        ]
      : []),
  ];
};

const commitsAreHeldUp = ({ name, topology, nodes }: Seen, own: readonly LiveNode[]): readonly string[] => {
  if (!commitsWait(nodes, topology)) return [];
  const replicas = own.filter((node) => node.kind === 'postgres' && node.name !== topology.primary);
  return [`Commits wait until a replica is back that confirms them (${names(replicas)}): ${repairCommand(name)}`];
};

/** Others serve without it. */
const isAway = ({ name: database, topology }: Seen, own: readonly LiveNode[]): readonly string[] =>
  own.flatMap(({ name, state, detail }) => {
    const what = state === 'absent' ? 'missing' : state;
    if ((what !== 'missing' && what !== 'stopped') || detail !== null || name === topology.primary) return [];
    return [`${name} is ${what}. If it does not come back by itself: ${repairCommand(database, name)}`];
  });

/** At stage 3: where each member is, what the furthest of them lacks, and who could elect it. */
const hasNoLeader = ({ name, topology }: Seen, own: readonly LiveNode[]): readonly string[] => {
  const servers = own.filter(({ kind }) => kind === 'postgres');
  const isOpen = servers.some(({ role, state }) => role === 'primary' || state === 'access refused');
  if (!topology.ha || isOpen) return [];
  const etcd = own.filter(({ kind }) => kind === 'etcd');
  const running = etcd.filter(({ state }) => state === 'running').length;
  const lags = servers.flatMap(({ name: member, lag_bytes }) => (lag_bytes === null ? [] : [{ member, lag_bytes }]));
  const furthest = lags.toSorted((one, other) => one.lag_bytes - other.lag_bytes)[0];
  const limit = topology.ha.maximum_lag_on_failover;
  return [
    `No server leads ${name}: ${servers.map(whereItIs).join('; ')}.`,
    ...(running * 2 <= etcd.length
      ? [`No leader can be elected: ${running} of ${etcd.length} etcd nodes run, and it takes more than half.`]
      : []),
    ...(furthest && limit !== 'unlimited' && furthest.lag_bytes > limit
      ? [
          `No leader is elected: ${furthest.member}, the most advanced member, lacks ${formatBytes(furthest.lag_bytes)} of what the last ` +
            `leader wrote; at most ${formatBytes(limit)} may be missing (maximum_lag_on_failover). If that leader ` +
            `cannot come back, leading with ${furthest.member} loses those ${formatBytes(furthest.lag_bytes)}: ./pgrow repair ${name}`,
        ]
      : []),
  ];
};

const whereItIs = ({ name, state, detail, position, lag_bytes }: LiveNode): string => {
  if (!position) return `${name} ${state}${detail === null ? '' : ` (${detail})`}`;
  const behind = lag_bytes === null || lag_bytes === 0 ? '' : `, ${formatBytes(lag_bytes)} behind`;
  return `${name} at ${position.lsn} of timeline ${position.timeline}${behind}`;
};

/** Only where it was tried. */
const clientsWrites = ({ topology, nodes, writes }: Seen): readonly string[] => {
  if (!isDoubtful(nodes, topology)) return [];
  const [acknowledged, others] = [
    writes.filter(({ outcome }) => outcome === 'acknowledged'),
    writes.filter(({ outcome }) => outcome !== 'acknowledged'),
  ];
  return [
    ...(acknowledged.length > 0
      ? [`Clients are served: a write was acknowledged through ${routes(acknowledged)}.`]
      : []),
    ...(others.length > 0 ? [`No write was acknowledged through ${routes(others)}.`] : []),
  ];
};

const routes = (writes: readonly RouteWrite[]): string => writes.map(writeText).join(', ');
const names = (nodes: readonly LiveNode[]): string => nodes.map(({ name }) => name).join(', ');
