import { resourcesOf } from '../domain/container-spec.ts';
import { isSilence, PgrowError } from '../domain/errors.ts';
import { parametersOf } from '../domain/server-parameters.ts';
import { agreedParameters } from '../domain/settings.ts';
import type { Node } from '../domain/topology.ts';
import type { SettingState } from '../components/postgres/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { leaveAside } from './left-aside.ts';
import { tellPatroni } from './promotion.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Milliseconds until a member that should have heard is reminded, and reminded again. */
const reminderMs = 2_000;

/** Seconds until a server has taken what it was given: a reload takes moments, and Patroni's loop a few seconds. */
const takenWithinSeconds = 60;

/** Settings that an operator has chosen, where they are not only in the files of a node. */
export const chosenSettingsActions = (dependencies: Dependencies) => {
  const { postgres } = dependencies.components;

  const agreeOnSettings: Action<'agreeOnSettings'> = async ({ members, like }, step) => {
    const session = await openSession(dependencies, step.database);
    const { memoryBytes } = resourcesOf(like);
    const all = parametersOf(memoryBytes, session.database.settings ?? {}, like.chosen_settings ?? {});
    // What is no longer chosen goes: Patroni would keep it.
    const agreed = Object.fromEntries(agreedParameters.map((name) => [name, all[name] ?? null]));
    await tellPatroni(session, { members }, { postgresql: { parameters: agreed } });
    const remind = reminder(session);
    await waitUntil({
      for: `${names(members)} to take what the cluster has agreed on`,
      step: shortly(step),
      look: async () => {
        for (const member of members) {
          const late = await lateOn(session, member, agreed);
          if (late.length === 0) continue;
          await remind(member);
          return { observed: `${member.name} has not taken ${late.join(', ')} yet` };
        }
        return { found: true };
      },
    });
  };

  /** None of one that does not answer: it takes them as it comes back. */
  const lateOn = async (session: Session, member: Node, agreed: Agreed): Promise<readonly string[]> => {
    const wanted = Object.entries(agreed);
    const states = await session
      .asSuperuser(member, (connection) =>
        postgres.readSettingStates(
          connection,
          wanted.map(([name]) => name),
        ),
      )
      .catch((error: unknown) => {
        if (!isSilence(error)) throw error;
        return [];
      });
    return states.filter((state) => !hasHeard(state, agreed[state.name] ?? null)).map(({ name }) => name);
  };

  const alterSystem: Action<'alterSystem'> = async ({ node, changes }, step) => {
    const session = await openSession(dependencies, step.database);
    await session.asSuperuser(node, async (connection) => {
      if (step.direction === 'run' && (await postgres.isReplica(connection)))
        throw new PgrowError(
          'refused',
          `${node.name} takes no writes by now: its settings are not those of the database.`,
        );
      const refused = await postgres.alterSystem(connection, changes);
      if (refused.length > 0)
        throw new PgrowError(
          'refused',
          `${node.name} does not accept ${refused.join(', ')}. Its log says why: ./pgrow logs ${session.database.name} ${node.name}`,
        );
    });
  };

  const verifySettings: Action<'verifySettings'> = async ({ nodes }, step) => {
    const session = await openSession(dependencies, step.database);
    const without = leaveAside(dependencies, session, step);
    let wrong: readonly string[] = [];
    await waitUntil({
      for: `${names(nodes)} to run with what they were given`,
      step: shortly(step),
      look: async () => {
        const hanging = await without(nodes);
        const present = nodes.filter(({ name }) => !hanging.includes(name));
        const found = await Promise.all(present.map((node) => wrongOn(session, node)));
        wrong = found.flat();
        return wrong.length === 0 ? { found: true } : { observed: wrong.join('; ') };
      },
    }).catch((error: unknown) => {
      if (wrong.length === 0) throw error;
      throw new PgrowError('verification_failed', `The settings are not in effect: ${wrong.join('; ')}.`, {
        cause: error,
      });
    });
  };

  const wrongOn = async (session: Session, { chosen_settings = {}, ...node }: Node): Promise<readonly string[]> => {
    const { replica, states, pending } = await session.asSuperuser(node, async (connection) => ({
      replica: await postgres.isReplica(connection),
      states: await postgres.readSettingStates(connection, Object.keys(chosen_settings)),
      pending: await postgres.readAllPendingRestart(connection),
    }));
    // What was set on one that follows is its own, for its reports for one.
    const wrong = states.flatMap((state) =>
      replica && state.by_alter_system ? [] : (whyNotInEffect(state, chosen_settings[state.name]!) ?? []),
    );
    const waiting = pending.length > 0 ? [`it has to be restarted for ${pending.join(', ')}`] : [];
    return [...wrong, ...waiting].map((says) => `${node.name}: ${says}`);
  };

  return { agreeOnSettings, alterSystem, verifySettings };
};

type Agreed = Readonly<Record<string, string | null>>;

/** Whether Patroni has given it to its server, which may have to be restarted for it. */
const hasHeard = (state: SettingState, value: string | null): boolean => {
  const { written, by_alter_system } = state;
  // In the place of what it is no longer given Patroni has a choice of its own.
  if (value === null) return true;
  // Patroni does not write what its server runs with, nor over what ALTER SYSTEM has set.
  return written === value || by_alter_system || state.runsWith(value);
};

/** In words; null where it is. */
const whyNotInEffect = (state: SettingState, value: string): string | null => {
  const { name, written, by_alter_system, problem } = state;
  if (by_alter_system && written !== value && !state.runsWith(value))
    return `ALTER SYSTEM has set ${name} over what was chosen; take it back by ALTER SYSTEM RESET ${name}`;
  if (problem !== null) return `${name} is not accepted: ${problem}`;
  if (written === value || state.runsWith(value)) return null;
  return `${name} is not what was chosen${written === null ? ': its files do not say it' : ''}`;
};

/**
 * A Patroni that hears of it while it starts its server takes it for written, and never writes it: seen with Patroni 4.0.7. A
 * reload compares all of it with what the server runs with.
 */
const reminder = (session: Session): ((member: Node) => Promise<void>) => {
  let next = performance.now() + reminderMs;
  return async (member) => {
    if (performance.now() < next) return;
    next = performance.now() + reminderMs;
    await session.asMember(member, (client) => client.reload());
  };
};

const names = (nodes: readonly Node[]): string => nodes.map(({ name }) => name).join(', ');

const shortly = (step: ActionStep): ActionStep => ({
  ...step,
  patience_seconds: Math.min(step.patience_seconds, takenWithinSeconds),
});
