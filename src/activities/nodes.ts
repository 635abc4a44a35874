import { PgrowError } from '../domain/errors.ts';
import { nodeLabels } from '../domain/naming.ts';
import type { ConfiguredNode, NodeConfig } from '../domain/node-config.ts';
import { hangOf } from '../domain/node-look.ts';
import type { Node } from '../domain/topology.ts';
import { reloadPatroni, restartEtcd } from './cluster-members.ts';
import { explainCopy } from './copy-facts.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { goneError } from './exited-nodes.ts';
import { lookAtNode } from '../nodes/look-at-node.ts';
import { stopServer } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { nodeParts } from './node-parts.ts';
import { remakeNodeAction } from './remake-node.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { stopAndStartActions, stopTimeoutSeconds } from './stop-and-start.ts';
import { untilItAnswers } from './until-it-answers.ts';

export const nodeActions = (dependencies: Dependencies) => {
  const { platform, components } = dependencies;
  const parts = nodeParts(dependencies);
  const { ensureContainer, putFiles, startProgram } = parts;

  const ensureNode: Action<'ensureNode'> = async ({ node, config }, step) => {
    const session = await openSession(dependencies, step.database);
    const labels = nodeLabels(session.database, node, step.operation);
    if (node.volume) await platform.ensureVolume({ name: node.volume, labels });
    await ensureContainer(session, { node, config }, step, labels);
    await platform.startContainer(node.container);
    const answers = untilItAnswers(dependencies, session, { node, config }, step);
    const source = clonedFrom(config);
    await (source === null
      ? answers
      : answers.catch(explainCopy(dependencies, session, { from: session.nodeRef(source), to: node })));
  };

  const configureNode: Action<'configureNode'> = async ({ node, config, can_do_without }, step) => {
    const session = await openSession(dependencies, step.database);
    if (can_do_without && (await isLeftAside(session, { node, config }, step))) return;
    const state = await platform.inspectContainer(node.container);
    // A node that has gone meanwhile has nothing that could be undone.
    if (!state && step.direction === 'undo') return;
    await putFiles(session, { node, config }, step);
    if (state && !state.running) {
      // It takes its files as it starts.
      await platform.startContainer(node.container);
      return untilItAnswers(dependencies, session, { node, config }, step);
    }
    switch (config.kind) {
      case 'haproxy':
      case 'front':
        return reloadInside(node, ['pgrow-reload']);
      case 'pgbouncer':
        // Connections of the old configuration end with their transactions.
        return reloadInside(node, ['pgrow-reload']);
      case 'postgres':
        return config.mode === 'patroni'
          ? reloadPatroni(dependencies, session, node, step)
          : session.asSuperuser(node, components.postgres.reloadConfiguration);
      case 'etcd':
        return restartEtcd(dependencies, session, node, step);
      default:
        return config satisfies never;
    }
  };

  /** It is given its files all the same, where that is possible: it takes them when it starts again. */
  const isLeftAside = async (session: Session, configured: ConfiguredNode, step: ActionStep): Promise<boolean> => {
    const { node } = configured;
    const reason = hangOf(await lookAtNode(dependencies, session, node));
    // One that is merely silent is asked again.
    if (!reason?.known) return false;
    await putFiles(session, configured, step).catch(() => undefined);
    step.remark(
      node.name,
      `${node.name} was left aside: ${reason.says}. Once it is back: ./pgrow reinit ${session.database.name} ${node.name}`,
    );
    return true;
  };

  const restartNode: Action<'restartNode'> = async ({ node, config }, step) => {
    const session = await openSession(dependencies, step.database);
    if (!(await platform.inspectContainer(node.container))) {
      // A node that has gone meanwhile has nothing that could be undone.
      if (step.direction === 'undo') return;
      throw goneError(node);
    }
    // Stopped first: what runs must not find the files of what it is to become.
    if (node.kind === 'postgres') await stopServer(platform, node);
    // Of all others the program is its container's own process.
    else await platform.stopContainer(node.container, stopTimeoutSeconds);
    await putFiles(session, { node, config }, step);
    await startProgram(node);
    await untilItAnswers(dependencies, session, { node, config }, step);
  };

  const removeNode: Action<'removeNode'> = async ({ node }) => {
    if (node.kind === 'postgres') await platform.stopContainer(node.container, stopTimeoutSeconds);
    await platform.removeContainer(node.container);
    if (node.volume) await platform.removeVolume(node.volume);
  };

  const reloadInside = async (node: Node, command: readonly string[]) => {
    const { exitCode, stderr } = await platform.exec(node.container, command);
    if (exitCode === 0) return;
    throw new PgrowError('internal', `${node.name} did not accept its new configuration: ${stderr.trim()}.`);
  };

  return {
    ensureNode,
    configureNode,
    restartNode,
    removeNode,
    ...stopAndStartActions(dependencies, parts),
    ...remakeNodeAction(dependencies, parts),
  };
};

/** Whom a replica without data copies as it starts. What Patroni does is seen when its member streams. */
const clonedFrom = (config: NodeConfig): string | null =>
  config.kind === 'postgres' && config.mode === 'replica' ? (config.follow[0] ?? null) : null;
