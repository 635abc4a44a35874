import {
  whyOutOfReach,
  type EngineWord,
  type NodeLook,
  type ServerAnswer,
  type ServerWord,
} from '../domain/node-look.ts';
import { refusalOf } from '../domain/login-refusal.ts';
import { whyReplayHalted } from '../domain/replay-halted.ts';
import type { Node } from '../domain/topology.ts';
import type { Limits, PostgresConnection } from '../components/postgres/index.ts';
import type { Dependencies, NodeDependencies } from './dependencies.ts';
import { whyKeptDown } from './server-control.ts';
import type { Session } from './session.ts';
import { withTimeLimit } from './deadlines.ts';

/** Enough for what a server says when it dies in replay, and for what starts it again. */
const logLines = 40;

/** Milliseconds a server may take to say what it is. */
const lookLimitMs = 5000;

/** A look at a node with what is of interest besides of a server that can be asked. */
export interface SeenNode extends NodeLook {
  readonly limits: Limits | null;
}

/** The only way that pgrow finds out what a node is at this moment: on the engine's word, then on its own. Never an error. */
export const lookAtNode = async (dependencies: NodeDependencies, session: Session, node: Node): Promise<SeenNode> => {
  const { platform } = dependencies;
  const engine = await askEngine(platform, node);
  const unasked = (last: string | null = null) =>
    ({ node, engine, server: { came: 'unasked', last }, limits: null }) as const;
  if (engine.says !== 'there' || node.kind !== 'postgres') return unasked();
  /** The reason that a server which died gives in its log, where it is one that lasts. */
  const lastWord = async () =>
    whyReplayHalted(
      await platform.readLogs(node.container, logLines).catch(() => ''),
      session.database.name,
      node.name,
    );
  const why = whyOutOfReach(engine.container);
  if (why) return unasked(why === 'stopped' ? await lastWord() : null);
  try {
    const { answer, limits } = await withTimeLimit(
      lookLimitMs,
      `${node.name} did not say what it is`,
      session.asSuperuser(node, (connection) => askServer(dependencies, connection)),
    );
    return { node, engine, server: { came: 'answer', answer }, limits };
  } catch (error) {
    return { node, engine, server: await whyNoAnswer(platform, node, error, lastWord), limits: null };
  }
};

/** One that refuses is up, whatever it said before. */
const whyNoAnswer = async (
  platform: NodeDependencies['platform'],
  node: Node,
  error: unknown,
  lastWord: () => Promise<string | null>,
): Promise<ServerWord> => {
  if (refusalOf(error)) return { came: 'error', error, last: null };
  const how = await whyKeptDown(platform, node);
  return how ? { came: 'kept down', how } : { came: 'error', error, last: await lastWord() };
};

const askServer = async (
  { components: { postgres } }: Pick<Dependencies, 'components'>,
  connection: PostgresConnection,
): Promise<{ readonly answer: ServerAnswer; readonly limits: Limits }> => {
  const { in_recovery, lsn, timeline } = await postgres.readPosition(connection);
  const { streams, paused, limits } = await postgres.readReplay(connection);
  return { answer: { in_recovery, lsn, timeline, streams, paused }, limits };
};

/** The first half of a look, and all of it where only the engine is asked. */
export const askEngine = async (
  platform: Pick<Dependencies['platform'], 'inspectContainer' | 'readLabels'>,
  { container: name, volume }: Pick<Node, 'container' | 'volume'>,
): Promise<EngineWord> => {
  try {
    const container = await platform.inspectContainer(name);
    if (container) return { says: 'there', container };
  } catch (error) {
    return { says: 'nothing', error };
  }
  if (volume === null) return { says: 'gone', has_data: null };
  const labels = await platform.readLabels('volume', volume).catch(() => 'not said' as const);
  return { says: 'gone', has_data: labels === 'not said' ? labels : labels !== null };
};
