import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../domain/database.ts';
import { isSilence, PgrowError } from '../domain/errors.ts';
import { nodeResources } from '../domain/container-spec.ts';
import {
  loweredByRestart,
  replayNeeds,
  settingsToCarry,
  settingsToKeep,
  type ServerSettings,
} from '../domain/settings.ts';
import { nodeNamed, type Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { refuseExited } from './exited-nodes.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Seconds for a replica to shut down before its container is killed. */
const stopTimeoutSeconds = 20;

/**
 * What every server that is made or configured from now on has to have, to mean the same as the one that takes writes now:
 * read from it, recorded, and part of the database. One that does not answer is left as it is recorded.
 */
export const keepSettings = async (
  dependencies: Pick<Dependencies, 'platform' | 'store' | 'components'>,
  database: Database,
  leader: string,
): Promise<Database> => {
  const { store, components } = dependencies;
  const { readServerSettings, postgresParameters } = components.postgres;
  const session = await openSession(dependencies, database.id);
  const server = await session.asSuperuser(nodeNamed(database.topology, leader), readServerSettings).catch(() => null);
  if (!server) return database;
  const settings = settingsToKeep(server, postgresParameters(nodeResources.postgres.memoryBytes));
  if (!isDeepStrictEqual(settings, database.settings)) await store.saveSettings(database.id, settings);
  return { ...database, settings };
};

export const settingActions = (dependencies: Dependencies) => {
  const { postgres } = dependencies.components;

  const carrySettings: Action<'carrySettings'> = async ({ from, to, followers }, step) => {
    const session = await openSession(dependencies, step.database);
    const [wanted, pending] = await session.asSuperuser(from, async (connection) => [
      await postgres.readServerSettings(connection),
      await postgres.readPendingRestart(connection, replayNeeds),
    ]);
    const lowered = loweredByRestart(wanted, pending);
    if (lowered.length > 0)
      throw new PgrowError(
        'refused',
        `${from.name} takes ${lowered.join(', ')} at its next start, and could not follow ${to.name} then, which has more. ` +
          'Restart it first, or take that back: ALTER SYSTEM RESET.',
      );
    for (const node of [to, ...followers]) {
      const carry = carryTo(session, { node, role: node === to ? 'successor' : 'follower', wanted }, step);
      await carry.catch(leaveSilent(node, step));
    }
  };

  const carryTo = async (session: Session, { node, role, wanted }: Carried, step: ActionStep): Promise<void> => {
    const pending = await session.asSuperuser(node, async (connection) => {
      const changes = settingsToCarry(wanted, await postgres.readServerSettings(connection), role);
      const names = Object.keys(changes);
      if (names.length > 0) {
        step.note(`${node.name}: ${names.join(', ')}`);
        const refused = await postgres.alterSystem(connection, changes);
        if (refused.length > 0) step.note(`${node.name} does not take ${refused.join(', ')}: set it there by hand`);
      }
      return postgres.readPendingRestart(connection, replayNeeds);
    });
    if (pending.length > 0) await restart(session, node, pending, step);
  };

  /** A replica that has less of these than its primary stops replaying: it is given them before the primary is. */
  const restart = async (session: Session, node: Node, pending: readonly string[], step: ActionStep): Promise<void> => {
    if (!(await session.asSuperuser(node, postgres.isReplica))) return;
    step.note(`restarting ${node.name}, so that it has ${pending.join(', ')} of its primary`);
    await dependencies.platform.restartContainer(node.container, stopTimeoutSeconds);
    await waitUntil({
      for: `${node.name} to answer`,
      step,
      look: async () => {
        await refuseExited(dependencies.platform)(node);
        return session
          .asSuperuser(node, postgres.isReplica)
          .then(() => ({ found: true }) as const)
          .catch((error: unknown) => {
            if (!isSilence(error)) throw error;
            return { observed: `${node.name} is starting` };
          });
      },
    });
  };

  return { carrySettings };
};

interface Carried {
  readonly node: Node;
  readonly role: Parameters<typeof settingsToCarry>[2];
  readonly wanted: ServerSettings;
}

/** Whether it may take writes is not decided here: the look-around that follows does. */
const leaveSilent =
  (node: Node, step: ActionStep) =>
  (error: unknown): void => {
    if (!isSilence(error)) throw error;
    step.note(`${node.name} does not answer and keeps the settings that it has`);
  };
