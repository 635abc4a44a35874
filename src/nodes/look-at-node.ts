import { messageOf, withoutStop } from '../domain/errors.ts';
import type { LiveNode, NodeState } from '../domain/live.ts';
import { refusalOf, serverWordOf, type Refusal } from '../domain/login-refusal.ts';
import { whyReplayHalted } from '../domain/replay-halted.ts';
import type { Node } from '../domain/topology.ts';
import type { Limits, PostgresConnection } from '../components/postgres/index.ts';
import type { ContainerState } from '../platform/platform.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';
import { within } from './time-limits.ts';

export interface SeenNode {
  readonly node: LiveNode;
  /** Of a server that can be asked. */
  readonly limits: Limits | null;
}

/** Enough for what a server says when it dies in replay, and for what starts it again. */
const logLines = 40;

/** Milliseconds a server may take to say what it is. */
const lookLimitMs = 5000;

/** What a node is at this moment, on the engine's word and its own. */
export const lookAtNode = async (
  { platform, components }: Pick<Dependencies, 'platform' | 'components'>,
  session: Session,
  node: Node,
): Promise<SeenNode> => {
  const { name, kind, container } = node;
  const show = (seen: Partial<LiveNode> & { readonly state: NodeState }, limits: Limits | null = null): SeenNode => ({
    node: { name, kind, role: null, detail: null, container, lag_bytes: null, position: null, ...seen },
    limits,
  });
  let engine: ContainerState | null;
  try {
    engine = await platform.inspectContainer(container);
  } catch (error) {
    return show({ state: 'unknown', detail: messageOf(error) });
  }
  const known = onTheEnginesWord(engine);
  /** The reason that a server which died gives in its log, where it is one that lasts. */
  const lastWord = async () =>
    kind === 'postgres'
      ? whyReplayHalted(await platform.readLogs(container, logLines).catch(() => ''), session.database.name, name)
      : null;
  if (known?.state === 'stopped') return show({ ...known, detail: await lastWord() });
  if (known) return show(known);
  if (kind !== 'postgres') {
    if (engine?.health === 'unhealthy')
      return show({ state: 'unhealthy', detail: 'its health check fails or is too slow' });
    const isRouter = kind === 'front' || kind === 'haproxy';
    const says = isRouter && engine?.health === 'healthy' ? engine.healthSays : '';
    return show({ state: 'running', ...(says === '' ? {} : { note: says }) });
  }
  try {
    const { position, replay } = await within(
      lookLimitMs,
      `${name} did not say what it is`,
      session.asSuperuser(node, async (connection: PostgresConnection) => ({
        position: await components.postgres.readPosition(connection),
        replay: await components.postgres.readReplay(connection),
      })),
    );
    const { in_recovery, lsn, timeline } = position;
    const at = { position: { lsn, timeline } };
    if (!in_recovery) return show({ ...at, role: 'primary', state: 'running' }, replay.limits);
    const state = replay.paused ? 'replay paused' : replay.streams ? 'streaming' : 'running';
    return show({ ...at, role: 'replica', state }, replay.limits);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) return show({ state: 'not answering', detail: (await lastWord()) ?? withoutStop(messageOf(error)) });
    const said = serverWordOf(error)!;
    return show({ state: stateOf[refusal], detail: `${said.message} (${said.state})` });
  }
};

/** Null where it is for the node itself to say. */
const onTheEnginesWord = (engine: ContainerState | null): Pick<LiveNode, 'state' | 'detail'> | null => {
  if (!engine) return { state: 'absent', detail: null };
  if (!engine.running) return { state: 'stopped', detail: null };
  if (engine.frozen) return { state: 'not answering', detail: 'its container is frozen (docker unpause)' };
  return engine.address === null ? { state: 'not answering', detail: 'its container is in no network' } : null;
};

const stateOf: Readonly<Record<Refusal, NodeState>> = {
  access: 'access refused',
  full: 'no connection free',
  starting: 'starting',
};
