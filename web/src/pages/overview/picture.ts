import type { Node, Status } from '../../data/types.ts';

export type Layer = Node['layer'];

/**
 * `there`: part of the present stage. `coming`, `going`: made or removed by the operation that runs. `kept`: follows until the
 * rollback window closes.
 */
export type Standing = 'there' | 'coming' | 'going' | 'kept';
export type Tone = 'good' | 'warn' | 'bad' | 'unknown' | 'off' | 'busy';

export interface Card {
  readonly name: string;
  readonly kind: Node['kind'];
  readonly layer: Layer;
  readonly standing: Standing;
  readonly leads: boolean;
  /** What it does, in a word or two. */
  readonly word: string;
  readonly tone: Tone;
  /** Null of one that does not exist yet. */
  readonly node: Node | null;
}

export const layerTitles: Readonly<Record<Layer, string>> = {
  clients: 'Clients',
  pooling: 'Connection pooling',
  routing: 'Routing',
  database: 'Database',
  consensus: 'Consensus',
};
export const layers = Object.keys(layerTitles) as readonly Layer[];

const kinds = ['front', 'pgbouncer', 'haproxy', 'postgres', 'etcd'] as const;
export const layerOf = {
  front: 'clients',
  pgbouncer: 'pooling',
  haproxy: 'routing',
  postgres: 'database',
  etcd: 'consensus',
} as const satisfies Record<Node['kind'], Layer>;

/** Every node there is, and those that the operation which runs will make; from the clients inwards, leaders first. */
export const cardsOf = (status: Status): readonly Card[] => {
  const leader = leaderOf(status);
  const present = status.nodes.map((node) => cardOf(node, status, leader));
  const known = new Set(status.nodes.map(({ name }) => name));
  const coming = (status.operation?.nodes_added ?? []).filter((name) => !known.has(name)).flatMap(ghostOf);
  return [...present, ...coming].toSorted(
    (a, b) => layers.indexOf(a.layer) - layers.indexOf(b.layer) || rank(a) - rank(b),
  );
};

/** Leaders first, then those that serve, those to come, those kept for the way back. */
const rank = ({ leads, standing }: Card): number => (leads ? 0 : { there: 1, going: 1, coming: 2, kept: 3 }[standing]);

/** The one that takes writes: while a leader changes two may believe to, and Patroni has the last word. */
const leaderOf = ({ nodes, ha }: Status): string | null =>
  ha.current_leader ??
  nodes.find(({ kind, leads, kept }) => kind === 'postgres' && leads === true && kept === null)?.name ??
  null;

const cardOf = (node: Node, status: Status, leader: string | null): Card => {
  const { name, kind, layer, kept } = node;
  const leads = kind === 'postgres' ? name === leader && kept === null : node.leads === true;
  const isGoing = status.operation?.nodes_removed.includes(name) === true;
  const base = { name, kind, layer, leads, node };
  if (kept !== null) {
    const state = seen(node);
    return { ...base, standing: 'kept', ...state, ...(state.tone === 'good' && { word: 'kept for the way back' }) };
  }
  const standing = isGoing ? 'going' : 'there';
  if (kind === 'postgres' && !leads && leader !== null && isJoining(node))
    return status.stage === 3
      ? { ...base, standing, word: 're-joining', tone: 'busy' }
      : { ...base, standing, word: 'not streaming', tone: 'warn' };
  const { word, tone } = seen(node, status.health === 'stopped');
  return { ...base, standing, tone, word: leads && tone === 'good' ? 'leader' : word };
};

/** A server that is on its way back into the cluster: it will follow by itself. */
const isJoining = ({ state, role }: Node): boolean =>
  state === 'starting' ||
  state === 'server stopped' ||
  state === 'fenced' ||
  (state === 'running' && role !== 'primary');

const seen = ({ state }: Node, isStopped = false): Pick<Card, 'word' | 'tone'> => {
  if (isStopped && (state === 'stopped' || state === 'absent')) return { word: 'stopped', tone: 'off' };
  return { word: state, tone: tones[state] };
};

const tones: Readonly<Record<Node['state'], Tone>> = {
  running: 'good',
  streaming: 'good',
  'replay paused': 'warn',
  starting: 'busy',
  'access refused': 'warn',
  'no connection free': 'warn',
  'not answering': 'bad',
  unhealthy: 'warn',
  'server stopped': 'bad',
  fenced: 'bad',
  stopped: 'bad',
  absent: 'bad',
  unknown: 'unknown',
};

/** `postgres-5` is a server; the names of nodes begin with what they are. */
const ghostOf = (name: string): readonly Card[] => {
  const kind = kinds.find((each) => name === each || name.startsWith(`${each}-`));
  if (!kind) return [];
  return [
    { name, kind, layer: layerOf[kind], standing: 'coming', leads: false, word: 'to come', tone: 'busy', node: null },
  ];
};

/** `3/3, needs 2`: how many members of etcd answer, of how many, and how many have to. */
export const quorumOf = (
  cards: readonly Card[],
): { readonly up: number; readonly total: number; readonly needs: number } => {
  const members = cards.filter(({ kind, standing }) => kind === 'etcd' && standing !== 'coming');
  return {
    up: members.filter(({ node }) => node?.state === 'running').length,
    total: members.length,
    needs: Math.floor(members.length / 2) + 1,
  };
};
