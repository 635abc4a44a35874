import { differencesOf, type Difference } from '../domain/container-description.ts';
import { isSilence, PgrowError } from '../domain/errors.ts';
import { resourcesOf } from '../domain/container-spec.ts';
import { lastingLabels } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { nodeContainer } from '../nodes/node-container.ts';
import { stopServer, whyKeptDown } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { descriptionOf } from '../platform/describe.ts';
import { goneError } from './exited-nodes.ts';
import type { NodeParts } from './node-parts.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { stopTimeoutSeconds } from './stop-and-start.ts';
import { untilItAnswers } from './until-it-answers.ts';

/** A server whose container is made again around its volume, and the limits that need no other container. */
export const remakeNodeAction = (
  dependencies: Dependencies,
  { ensureContainer, startProgram }: Pick<NodeParts, 'ensureContainer' | 'startProgram'>,
) => {
  const { platform, components, images, log } = dependencies;

  const remakeNode: Action<'remakeNode'> = async ({ unless_primary = false, ...configured }, step) => {
    const session = await openSession(dependencies, step.database);
    const { node } = configured;
    const state = await platform.inspectContainer(node.container);
    if (!state && (await platform.readLabels('volume', node.volume!)) === null) {
      // A node that has gone meanwhile has nothing that could be undone.
      if (step.direction === 'undo') return;
      throw new PgrowError('node_failed', `${node.name} has lost its data: there is no volume ${node.volume}.`);
    }
    if (await takesWrites(session, node, unless_primary)) return leaveAsItIs(session, node, unless_primary, step);
    if (state) await stopServer(platform, node);
    if (await isMadeOtherwise(session, node)) {
      await platform.stopContainer(node.container, stopTimeoutSeconds);
      await platform.removeContainer(node.container);
    }
    // The sweep that follows an undo removes what carries the operation's label.
    await ensureContainer(session, configured, step, lastingLabels(session.database, node));
    await platform.limitContainer(node.container, resourcesOf(node));
    await platform.setRestart(node.container, 'unless-stopped');
    await startProgram(node);
    await untilItAnswers(dependencies, session, configured, step);
  };

  /**
   * `forCertain`: a server that does not say so may take writes, unless it is kept down on purpose, by an attempt before this
   * one for example.
   */
  const takesWrites = async (session: Session, node: Node, forCertain: boolean): Promise<boolean> => {
    const state = await platform.inspectContainer(node.container);
    // One that is down is no primary by now, but the only one that there is.
    if (!state?.running) return forCertain && state !== null && session.database.topology.primary === node.name;
    try {
      return !(await session.asSuperuser(node, components.postgres.isReplica));
    } catch (error) {
      if (!isSilence(error)) throw error;
      if (!forCertain || (await whyKeptDown(platform, node)) !== null) return false;
      throw new PgrowError('no_answer', `Whether ${node.name} takes writes is not known: ${error.message}`, {
        cause: error,
      });
    }
  };

  const leaveAsItIs = (
    { database }: Session,
    { name }: Node,
    mayBe: boolean,
    step: Pick<ActionStep, 'direction' | 'remark' | 'operation'>,
  ): void => {
    if (!mayBe && step.direction === 'run')
      throw new PgrowError(
        'refused',
        `${name} takes writes by now, and would be stopped under its clients. See ./pgrow status ${database.name}, and try again.`,
      );
    const says =
      `${name} takes writes and is left as it was made. Move writes to another server first, by ` +
      `./pgrow switchover ${database.name}, then repeat the change: ./pgrow change ${database.name}`;
    step.remark(name, says);
    log.warn({ operation: step.operation, database: database.id, node: name }, says);
  };

  const isMadeOtherwise = async (session: Session, node: Node): Promise<boolean> => {
    const is = await platform.describeContainer(node.container);
    const should = nodeContainer(session.database, images, node, lastingLabels(session.database, node));
    return is !== null && differencesOf(is, descriptionOf(should)).some(needsAnother);
  };

  const limitNode: Action<'limitNode'> = async ({ node }, step) => {
    if (await platform.inspectContainer(node.container))
      return platform.limitContainer(node.container, resourcesOf(node));
    // A node that has gone meanwhile has nothing that could be undone.
    if (step.direction !== 'undo') throw goneError(node);
  };

  return { remakeNode, limitNode };
};

/** Memory changes with the server's own, which is shared memory: that is fixed when a container is made. */
const needsAnother = ({ subject }: Difference): boolean => subject !== 'CPU limit' && subject !== 'restart policy';
