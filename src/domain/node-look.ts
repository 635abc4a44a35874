import { messageOf, withoutStop } from './errors.ts';
import type { NodeFault } from './faults.ts';
import type { LiveNode, NodeState } from './live-state.ts';
import { refusalOf, serverWordOf, type Refusal } from './login-refusal.ts';
import type { Node } from './topology.ts';

/** One look at a node: what its engine says of it, and what came of asking its server. Everything else follows from that. */
export interface NodeLook {
  readonly node: Pick<Node, 'name' | 'kind' | 'container' | 'volume'>;
  readonly engine: EngineWord;
  readonly server: ServerWord;
}

/** `nothing`: the engine did not answer. `has_data`: whether its volume is there, null for a node without one. */
export type EngineWord =
  | { readonly says: 'nothing'; readonly error: unknown }
  | { readonly says: 'gone'; readonly has_data: boolean | null | 'not said' }
  | { readonly says: 'there'; readonly container: SeenContainer };

/** What is judged of a container (`ContainerState` of the platform). */
export interface SeenContainer {
  readonly running: boolean;
  readonly frozen: boolean;
  readonly health: 'starting' | 'healthy' | 'unhealthy' | 'none';
  readonly healthSays: string;
  readonly exitCode: number | null;
  /** In its network; null if it is in none. */
  readonly address: string | null;
}

/**
 * `unasked`: it has no server, or cannot be reached. `last`: the reason in its log why it does not come up, where it lasts.
 * `kept down`: it does not run, and its supervisor says that this is on purpose.
 */
export type ServerWord =
  | { readonly came: 'unasked'; readonly last: string | null }
  | { readonly came: 'answer'; readonly answer: ServerAnswer }
  | { readonly came: 'kept down'; readonly how: KeptDown }
  | { readonly came: 'error'; readonly error: unknown; readonly last: string | null };

/** `stopped`: by an order to its supervisor. `fenced`: by a hand-over, so that it does not come back as a second primary. */
export type KeptDown = 'stopped' | 'fenced';

export interface ServerAnswer {
  readonly in_recovery: boolean;
  readonly lsn: string;
  readonly timeline: number;
  /** Whether its receiver streams. */
  readonly streams: boolean;
  /** Whether its replay stands still. */
  readonly paused: boolean;
}

/** Why nothing reaches it, on the engine's word; null if it is for the node itself to say. */
export const whyOutOfReach = (container: SeenContainer): 'stopped' | 'frozen' | 'cut off' | null => {
  if (!container.running) return 'stopped';
  if (container.frozen) return 'frozen';
  return container.address === null ? 'cut off' : null;
};

const outOfReach = {
  frozen: 'its container is paused',
  'cut off': 'its container is in no network',
} as const;

/** What it is, as a database's live state shows it. */
export const liveNodeOf = ({ node, engine, server }: NodeLook): LiveNode => {
  const { name, kind, container } = node;
  const show = (seen: Partial<LiveNode> & { readonly state: NodeState }): LiveNode => ({
    name,
    kind,
    role: null,
    detail: null,
    container,
    lag_bytes: null,
    position: null,
    ...seen,
  });
  if (engine.says === 'nothing') return show({ state: 'unknown', detail: messageOf(engine.error) });
  if (engine.says === 'gone') return show({ state: 'absent' });
  const why = whyOutOfReach(engine.container);
  if (why === 'stopped') return show({ state: 'stopped', detail: lastOf(server) });
  if (why === 'frozen') return show({ state: 'not answering', detail: `${outOfReach.frozen} (docker unpause)` });
  if (why) return show({ state: 'not answering', detail: outOfReach[why] });
  return show(kind === 'postgres' ? serverSeen(server, container) : otherSeen(kind, engine.container));
};

type Seen = Partial<LiveNode> & { readonly state: NodeState };

const lastOf = (server: ServerWord): string | null => ('last' in server ? server.last : null);

const serverSeen = (server: ServerWord, container: string): Seen => {
  if (server.came === 'kept down') return keptDownSeen(server.how, container);
  if (server.came === 'unasked') return { state: 'not answering', detail: server.last };
  if (server.came === 'error') {
    const refusal = refusalOf(server.error);
    if (!refusal) return { state: 'not answering', detail: server.last ?? withoutStop(messageOf(server.error)) };
    const said = serverWordOf(server.error)!;
    return { state: stateOf[refusal], detail: `${said.message} (${said.state})` };
  }
  const { in_recovery, lsn, timeline, paused, streams } = server.answer;
  const position = { lsn, timeline };
  if (!in_recovery) return { position, role: 'primary', state: 'running' };
  return { position, role: 'replica', state: paused ? 'replay paused' : streams ? 'streaming' : 'running' };
};

const keptDownSeen = (how: KeptDown, container: string): Seen =>
  how === 'stopped'
    ? {
        state: 'server stopped',
        detail: `it was stopped on purpose; start it: docker exec ${container} pgrow-server start`,
      }
    : { state: 'fenced', detail: 'a hand-over stopped it, and it is fenced from coming back as a second primary' };

const stateOf: Readonly<Record<Refusal, NodeState>> = {
  access: 'access refused',
  full: 'no connection free',
  starting: 'starting',
};

const otherSeen = (kind: LiveNode['kind'], { health, healthSays }: SeenContainer): Seen => {
  if (health === 'unhealthy') return { state: 'unhealthy', detail: 'its health check fails or is too slow' };
  const isRouter = kind === 'front' || kind === 'haproxy';
  const says = isRouter && health === 'healthy' ? healthSays : '';
  return { state: 'running', ...(says === '' ? {} : { note: says }) };
};

/** What the engine knows to be wrong with a recorded node. One that does not answer says nothing of any. */
export const faultIn = ({ node: { name, volume }, engine }: Pick<NodeLook, 'node' | 'engine'>): NodeFault | null => {
  if (engine.says === 'nothing') return null;
  if (engine.says === 'gone')
    return engine.has_data === 'not said' ? null : { name, state: 'missing', has_data: engine.has_data };
  // The engine removes no volume that a container has.
  const has_data = volume === null ? null : true;
  const why = whyOutOfReach(engine.container);
  if (why === 'stopped' || why === 'frozen') return { name, state: why, has_data };
  return engine.container.health === 'unhealthy' ? { name, state: 'unhealthy', has_data } : null;
};

/** Why a node can do nothing now. */
export interface Hang {
  readonly says: string;
  /** What the engine says of it is known, silence is not. */
  readonly known: boolean;
  /** It has exited, and may do well once it is started again. */
  readonly exited: boolean;
}

/** Null if its server answers. @throws what the engine's answer failed with: nothing is known of the node then */
export const hangOf = ({ node, engine, server }: NodeLook): Hang | null => {
  const known = (says: string): Hang => ({ says, known: true, exited: false });
  if (engine.says === 'nothing') throw engine.error;
  if (engine.says === 'gone') return known('its container is gone');
  const { exitCode } = engine.container;
  const why = whyOutOfReach(engine.container);
  if (why === 'stopped') {
    const ended = exitCode === null ? '' : ` (exit code ${exitCode})`;
    return { says: `${node.name} does not run${ended}`, known: false, exited: true };
  }
  if (why) return known(outOfReach[why]);
  if (server.came === 'kept down') return known(`its server is ${server.how} on purpose`);
  if (server.came !== 'error') return null;
  return { says: withoutStop(messageOf(server.error)), known: false, exited: false };
};
