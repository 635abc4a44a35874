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

/** Enough for the message of a server that dies in replay, and of what restarts it. */
const logLines = 40;

/** Milliseconds that a server may take to report its role. */
const lookLimitMs = 5000;

/** A look at a node, with additional facts if its server can be queried. */
export interface SeenNode extends NodeLook {
  readonly limits: Limits | null;
}

/** The only code that determines the current state of a node: first from the engine, then from the node. Never an error. */
export const lookAtNode = async (dependencies: NodeDependencies, session: Session, node: Node): Promise<SeenNode> => {
  const { platform } = dependencies;
  const engine = await askEngine(platform, node);
  const unasked = (last: string | null = null) =>
    ({ node, engine, server: { came: 'unasked', last }, limits: null }) as const;
  if (engine.says !== 'there' || node.kind !== 'postgres') return unasked();
  /** The reason that a dead server gives in its log, if it is a lasting one. */
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

/** A server that refuses a login is up, whatever it logged before. */
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

/** The first half of a look, and all of it if only the engine is asked. */
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
