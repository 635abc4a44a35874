import { isSilence } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { ConfiguredNode, NodeConfig } from '../domain/node-config.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import { failIfExited } from './exited-nodes.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** A node that does not take connections yet is starting, not failing. */
export const untilItAnswers = async (
  dependencies: NodeDependencies,
  session: Session,
  configured: ConfiguredNode,
  step: ActionStep,
): Promise<void> => {
  const { name } = configured.node;
  const port = askedPort(configured.config);
  const failIfItExits = failIfExited(dependencies.platform);
  await waitUntil({
    for: port === null ? `${name} to run` : `${name} to answer on port ${port}`,
    step,
    look: async () => {
      await failIfItExits(configured.node);
      try {
        await askNode(session, configured);
        return { found: true };
      } catch (error) {
        if (!isSilence(error)) throw error;
        return { observed: `${name} is starting, nothing answers on port ${port} yet`, details: error.message };
      }
    },
  });
};

/** Asks as its kind is asked. A node that clones is only seen to run: the next step waits for it. */
const askNode = async (session: Session, { node, config }: ConfiguredNode): Promise<void> => {
  switch (config.kind) {
    case 'postgres':
      if (config.mode === 'primary') await session.asSuperuser(node, (connection) => connection.query('SELECT 1'));
      return;
    case 'pgbouncer':
      return session.asPoolerAdmin(node, ports.pooled, async () => undefined);
    case 'haproxy':
    case 'front':
      await session.asRouter(node, (api) => api.command('show info'));
      return;
    case 'etcd':
      return;
    default:
      return config satisfies never;
  }
};

/** Where `askNode` asks; null if it is enough that the node runs. */
const askedPort = (config: NodeConfig): number | null => {
  switch (config.kind) {
    case 'postgres':
      return config.mode === 'primary' ? ports.postgres : null;
    case 'pgbouncer':
      return ports.pooled;
    case 'haproxy':
    case 'front':
      return ports.runtime;
    case 'etcd':
      return null;
    default:
      return config satisfies never;
  }
};
