import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../domain/database.ts';
import { isSilence, PgrowError } from '../domain/errors.ts';
import { serverResources } from '../domain/container-spec.ts';
import {
  loweredByRestart,
  replayNeeds,
  settingsToCarry,
  settingsToKeep,
  type ServerSettings,
} from '../domain/settings.ts';
import { postgresParameters } from '../domain/server-parameters.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { failIfExited } from './exited-nodes.ts';
import { restartServer } from '../nodes/server-control.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/**
 * What every server that is made or configured from now on has to have, to mean the same as the one that takes writes now:
 * recorded. Where that one did not say, the record stays as it is.
 */
export const keepSettings = async (
  { store }: Pick<Dependencies, 'store'>,
  { id, settings: kept = {}, topology }: Pick<Database, 'id' | 'settings' | 'topology'>,
  server: ServerSettings | null,
): Promise<void> => {
  if (!server) return;
  // What another operation has left may take writes by now: no server's shape is a choice of the database.
  const servers = [...topology.nodes, ...topology.kept].filter(({ kind }) => kind === 'postgres');
  const settings = settingsToKeep(server, {
    ours: servers.map((node) => postgresParameters(serverResources(node).memoryBytes)),
    chosen: servers.flatMap(({ chosen_settings = {} }) => Object.keys(chosen_settings)),
    kept,
  });
  if (!isDeepStrictEqual(settings, kept)) await store.saveSettings(id, settings);
};

export const settingsActions = (dependencies: Dependencies) => {
  const { postgres } = dependencies.components;

  const carrySettings: Action<'carrySettings'> = async ({ from, to, followers }, step) => {
    const session = await openSession(dependencies, step.database);
    const nodes = [to, ...followers];
    const [old, ...seen] = await Promise.all([
      settingsOf(session, from),
      ...nodes.map((node) => settingsOf(session, node).catch(leaveSilent(node, step))),
    ]);
    const lowered = loweredByRestart(old.settings, old.pending);
    if (lowered.length > 0)
      throw new PgrowError(
        'refused',
        `${from.name} lowers ${lowered.join(', ')} at its next start and could then not follow ${to.name}, which has more. ` +
          `Restart it first, undo the change by ALTER SYSTEM RESET, or choose what it runs with: ./pgrow change ${session.database.name}`,
      );
    // One after the other: of those that have to be restarted one at a time is away.
    for (const [index, node] of nodes.entries()) {
      const has = seen[index];
      if (!has) continue;
      const changes = settingsToCarry(old.settings, has.settings, node === to ? 'successor' : 'follower');
      if (Object.keys(changes).length === 0 && has.pending.length === 0) continue;
      await carryTo(session, node, changes, step).catch(leaveSilent(node, step));
    }
  };

  const settingsOf = (session: Session, node: Node) =>
    session.asSuperuser(node, async (connection) => ({
      settings: await postgres.readServerSettings(connection),
      /** Those that it takes with its next start. */
      pending: await postgres.readPendingRestart(connection, replayNeeds),
    }));

  const carryTo = async (session: Session, node: Node, changes: Changes, step: ActionStep): Promise<void> => {
    const names = Object.keys(changes);
    const pending = await session.asSuperuser(node, async (connection) => {
      if (names.length > 0) {
        step.note(`${node.name}: ${names.join(', ')}`);
        const refused = await postgres.alterSystem(connection, changes);
        if (refused.length > 0) step.note(`${node.name} does not accept ${refused.join(', ')}: set it there by hand`);
      }
      return postgres.readPendingRestart(connection, replayNeeds);
    });
    if (pending.length > 0) await restart(session, node, pending, step);
  };

  /** A replica that has less of these than its primary stops replaying: it is given them before the primary is. */
  const restart = async (session: Session, node: Node, pending: readonly string[], step: ActionStep): Promise<void> => {
    if (!(await session.asSuperuser(node, postgres.isReplica))) return;
    step.note(`restarting ${node.name} to apply ${pending.join(', ')} of its primary`);
    await restartServer(dependencies.platform, node);
    const failIfItExits = failIfExited(dependencies.platform);
    await waitUntil({
      for: `${node.name} to answer`,
      step,
      look: async () => {
        await failIfItExits(node);
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

type Changes = ReturnType<typeof settingsToCarry>;

/** Whether it may take writes is not decided here: the look-around that follows does. */
const leaveSilent =
  (node: Node, step: ActionStep) =>
  (error: unknown): void => {
    if (!isSilence(error)) throw error;
    step.note(`${node.name} does not answer and keeps its settings`);
  };
