import { messageOf, PgrowError, type ErrorCode } from '../domain/errors.ts';
import { labelNames, lastingLabels, nodeLabels } from '../domain/naming.ts';
import type { ConfiguredNode } from '../domain/node-config.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { identityFiles } from '../nodes/identity-files.ts';
import { startServer, stopServer, type Stopped } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { leftAsideText } from './left-aside.ts';
import type { NodeParts } from './node-parts.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { untilItAnswers } from './until-it-answers.ts';
import { waitUntil } from './wait-until.ts';

/** Seconds for an orderly end before the container is killed. */
export const stopTimeoutSeconds = 20;

/** Seconds that a node has to come up that the others do without. */
const dispensableSeconds = 30;

/** Seconds that a primary has to write everything to disk before it is stopped the hard way. */
const orderlyStopSeconds = 120;
/** Times that it is started to be stopped once more. */
const startsForOrder = 2;
/** Of a server's control data (`pg_controldata`). A standby's is the second. */
const orderlyStates: readonly string[] = ['shut down', 'shut down in recovery'];

/** Of a database that is stopped on purpose, and started again. */
export const stopAndStartActions = (dependencies: Dependencies, { ensureContainer, startProgram }: NodeParts) => {
  const { platform } = dependencies;

  const startNode: Action<'startNode'> = async ({ can_do_without = false, ...configured }, step) => {
    const session = await openSession(dependencies, step.database);
    if (!can_do_without) return bringUp(session, configured, step);
    const impatient = { ...step, patience_seconds: Math.min(step.patience_seconds, dispensableSeconds) };
    const { name } = configured.node;
    await bringUp(session, configured, impatient)
      // What ended it may have been of that moment only.
      .catch((error: unknown) => {
        onlyOfTheNode(error);
        return bringUp(session, configured, impatient);
      })
      .catch((error: unknown) => {
        step.remark(name, leftAsideText(session.database, name, onlyOfTheNode(error).message));
      });
  };

  const bringUp = async (session: Session, { node, config }: ConfiguredNode, step: ActionStep): Promise<void> => {
    // With an empty volume it would come up as another database.
    if (node.volume && (await platform.readLabels('volume', node.volume)) === null)
      throw new PgrowError('node_failed', `${node.name} has lost its data: there is no volume ${node.volume}.`);
    const state = await platform.inspectContainer(node.container);
    // A node with data has its files, which may say more than the record does, unless its container is one of this operation's.
    const hasItsFiles = node.volume !== null && state !== null && state.labels[labelNames.operation] !== step.operation;
    // The sweep that follows an undo removes what carries the operation's label.
    const isUndo = step.direction === 'undo';
    const labels = isUndo ? lastingLabels(session.database, node) : nodeLabels(session.database, node, step.operation);
    if (!hasItsFiles) await ensureContainer(session, { node, config }, step, labels);
    // What was stopped for long has a certificate that has ended, and nothing renews it meanwhile.
    else if (!state.running) await platform.putFiles(node.container, await identityFiles(session, node));
    await platform.setRestart(node.container, 'unless-stopped');
    await startProgram(node);
    await untilItAnswers(dependencies, session, { node, config }, step);
  };

  const stopNode: Action<'stopNode'> = async ({ node, in_order = false }, step) => {
    if (node.kind === 'postgres') await (in_order ? stopInOrder(node, step) : stopServer(platform, node));
    await platform.stopContainer(node.container, stopTimeoutSeconds);
    await platform.setRestart(node.container, 'no');
  };

  /**
   * Until its files say that it was shut down in order. What is not on disk in order is recovered now, and not on the day of the
   * start: it is started, and stopped again. The same where the engine has ended it, which says nothing of its files.
   */
  const stopInOrder = async (node: Node, step: ActionStep): Promise<void> => {
    const session = await openSession(dependencies, step.database);
    for (let starts = 0; ; starts += 1) {
      const stopped = await stopOrLook(node, step);
      if (stopped === null || (stopped.control && orderlyStates.includes(stopped.control.state))) return;
      // What a start could not bring up cannot be stopped in order either.
      if (step.direction === 'undo') return;
      const how = howItEnded(stopped);
      if (stopped.by === 'nobody' || stopped.unordered === 'no supervisor')
        return step.remark(node.name, unproven(node, how));
      if (starts === startsForOrder)
        throw new PgrowError(
          'node_failed',
          `${node.name} was not shut down in order: ${how}, ${starts + 1} times in a row.`,
        );
      step.note(`${node.name} was not shut down in order: ${how}; starting it to stop it again`, {
        remedy: `stopping ${node.name} again`,
      });
      await startServer(platform, node);
      await untilItTakesConnections(session, node, step);
    }
  };

  /** One that does not run is asked how it ended: its supervisor keeps down what it was ordered to stop. Null if it is gone. */
  const stopOrLook = async (node: Node, step: ActionStep): Promise<Stopped | null> => {
    const stopped = await stopServer(platform, node, orderlyStopSeconds);
    if (stopped.by !== 'nobody') return stopped;
    if ((await platform.inspectContainer(node.container)) === null) return null;
    step.note(`${node.name} does not run; starting its container to see how it ended`);
    try {
      await platform.startContainer(node.container);
    } catch (error) {
      onlyOfTheNode(error);
      return stopped;
    }
    return stopServer(platform, node, orderlyStopSeconds);
  };

  const untilItTakesConnections = (session: Session, node: Node, step: ActionStep): Promise<true> =>
    waitUntil({
      for: `${node.name} to take connections`,
      step,
      look: () =>
        session
          .asSuperuser(node, (connection) => connection.query('SELECT 1'))
          .then(() => ({ found: true }) as const)
          .catch((error: unknown) => ({ observed: messageOf(error) })),
    });

  return { startNode, stopNode };
};

/** @throws any other error than one that says that it is this node which does not come up */
const onlyOfTheNode = (error: unknown): PgrowError => {
  if (error instanceof PgrowError && ofTheNode.includes(error.code)) return error;
  throw error;
};

const ofTheNode: readonly ErrorCode[] = [
  'node_failed',
  'not_ready',
  'no_answer',
  'port_taken',
  'image_missing',
  'no_disk_space',
];

const howItEnded = ({ by, control, unordered }: Stopped): string => {
  if (control) return `its files say "${control.state}"`;
  if (by === 'nobody') return 'it does not run, and cannot be started to see how it ended';
  switch (unordered) {
    case 'frozen':
      return 'its container was paused, and the engine ended it';
    case 'no supervisor':
      return 'the engine ended it, because its image is older and takes no orders';
    case 'not obeyed':
      return 'it did not end in time, and the engine ended it';
    case null:
      return 'its files cannot be read';
    default:
      return unordered satisfies never;
  }
};

const unproven = ({ name }: Node, how: string): string =>
  `${name} may not have been shut down in order: ${how}. If it was not, it recovers at the next start, and nothing is lost.`;
