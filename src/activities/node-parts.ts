import { containerName, networkName } from '../domain/naming.ts';
import type { ConfiguredNode, NodeConfig } from '../domain/node-config.ts';
import { agreedByAlterSystem, type Settings } from '../domain/settings.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { identityFiles } from '../nodes/identity-files.ts';
import { nodeContainer } from '../nodes/node-container.ts';
import { nodeFiles } from '../nodes/node-files.ts';
import { startServer } from '../nodes/server-control.ts';
import type { Session } from '../nodes/session.ts';
import type { Labels } from '../platform/platform.ts';
import type { ActionStep } from './step-activity.ts';

/** Of which everything consists that makes, starts or configures a node. */
export interface NodeParts {
  /** Creates its container with its files, or gives these to the one that is there. */
  ensureContainer(session: Session, configured: ConfiguredNode, step: ActionStep, labels: Labels): Promise<void>;
  putFiles(session: Session, configured: ConfiguredNode, step: ActionStep): Promise<void>;
  /** PostgreSQL by its supervisor; of all others the program is its container's own process. */
  startProgram(node: Node): Promise<void>;
}

export const nodeParts = (dependencies: Dependencies): NodeParts => {
  const { platform, components } = dependencies;

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

  /** The engine's clean-up removes an image whose containers are gone: data are worth more than the image that they had. */
  const withImageThatIsThere = async (node: Node, step: ActionStep): Promise<Node> => {
    if (node.image === undefined || (await platform.hasImage(node.image))) return node;
    const { image, ...rest } = node;
    step.remark(node.name, `${node.name} is made from the newest image: ${image} is no longer on the Docker engine.`);
    return rest;
  };

  return {
    async ensureContainer(session, configured, step, labels) {
      const node = await withImageThatIsThere(configured.node, step);
      const container = nodeContainer(session.database, dependencies.images, node, labels);
      const isRunning = (await platform.inspectContainer(node.container))?.running === true;
      // What runs has one, and may be reading it.
      const identity = isRunning ? [] : await identityFiles(session, node);
      const files = [...identity, ...(await filesOf(session, configured, step))];
      await platform.ensureContainer({ ...container, files });
    },
    putFiles: async (session, configured, step) =>
      platform.putFiles(configured.node.container, await filesOf(session, configured, step)),
    startProgram: (node) =>
      node.kind === 'postgres' ? startServer(platform, node) : platform.startContainer(node.container),
  };
};
