import { PgrowError } from '../domain/errors.ts';
import { containerName, networkName, nodeLabels } from '../domain/naming.ts';
import type { ConfiguredNode, NodeConfig } from '../domain/node-config.ts';
import { hangOf } from '../domain/node-look.ts';
import { agreedByAlterSystem, type Settings } from '../domain/settings.ts';
import type { Node } from '../domain/topology.ts';
import { reloadPatroni, restartEtcd } from './cluster-members.ts';
import { explainCopy } from './copy-facts.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { goneError } from './exited-nodes.ts';
import { lookAtNode } from '../nodes/look-at-node.ts';
import { nodeContainer } from '../nodes/node-container.ts';
import { nodeFiles } from '../nodes/node-files.ts';
import { startServer, stopServer } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Labels } from '../platform/platform.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { stopAndStartActions, stopTimeoutSeconds } from './stop-and-start.ts';
import { untilItAnswers } from './until-it-answers.ts';

export const nodeActions = (dependencies: Dependencies) => {
  const { platform, components } = dependencies;

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

  const ensureContainer = async (session: Session, configured: ConfiguredNode, step: ActionStep, labels: Labels) => {
    const container = nodeContainer(session.database, dependencies.images, configured.node, labels);
    await platform.ensureContainer({ ...container, files: await filesOf(session, configured, step) });
  };

  /** PostgreSQL by its supervisor; of all others the program is its container's own process. */
  const startProgram = (node: Node): Promise<void> =>
    node.kind === 'postgres' ? startServer(platform, node) : platform.startContainer(node.container);

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

  const putFiles = async (session: Session, configured: ConfiguredNode, step: ActionStep) =>
    platform.putFiles(configured.node.container, await filesOf(session, configured, step));

  const filesOf = async (session: Session, configured: ConfiguredNode, { attempt }: ActionStep) => {
    const gateway = await platform.networkGateway(networkName(session.database));
    const agreed = await agreedOf(session, configured.config);
    const ownNames = await ownNamesOf(session, configured.config);
    return nodeFiles(components, session, configured, { gateway, attempt, agreed, ownNames });
  };

  /** A new cluster takes over the `ALTER SYSTEM` values of its first primary: Patroni overrides what a server brings along. */
  const agreedOf = async (session: Session, config: NodeConfig): Promise<Settings> => {
    if (config.kind !== 'postgres' || config.mode !== 'patroni' || !config.standby_of) return {};
    const primary = session.nodeRef(config.standby_of.node);
    return agreedByAlterSystem(await session.asSuperuser(primary, components.postgres.readServerSettings));
  };

  /**
   * PgBouncer's resolver keeps an address for as long as the engine's DNS says, ten minutes: a node that was removed and
   * rebuilt would be looked for where its predecessor was. So the pooler gets names that are never used again.
   */
  const ownNamesOf = async (session: Session, config: NodeConfig): Promise<Readonly<Record<string, string>>> => {
    if (config.kind !== 'pgbouncer') return {};
    const names = new Set([...config.read_write.nodes, ...(config.read_only?.nodes ?? [])]);
    const found = [...names].map(async (name) => {
      const state = await platform.inspectContainer(containerName(session.database, name));
      return [name, state?.ownName ?? name] as const;
    });
    return Object.fromEntries(await Promise.all(found));
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
    ...stopAndStartActions(dependencies, { ensureContainer, startProgram }),
  };
};

/** Whom a replica without data copies as it starts. What Patroni does is seen when its member streams. */
const clonedFrom = (config: NodeConfig): string | null =>
  config.kind === 'postgres' && config.mode === 'replica' ? (config.follow[0] ?? null) : null;
