import { messageOf } from '../domain/errors.ts';
import { settlingSeconds } from '../domain/remedies.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';
import type { ActionStep } from './step-activity.ts';
import { withoutStop } from './wait-until.ts';

export interface Hang {
  readonly says: string;
  /** What the engine says of it is known, silence is not. */
  readonly known: boolean;
  /** It has exited, and may do well once it is started again. */
  readonly exited: boolean;
}

/** Why a PostgreSQL node can do nothing now; null when it answers. */
export const whyItHangs = async (
  { platform, components }: Pick<Dependencies, 'platform' | 'components'>,
  session: Session,
  node: Node,
): Promise<Hang | null> => {
  const state = await platform.inspectContainer(node.container);
  const known = (says: string): Hang => ({ says, known: true, exited: false });
  if (!state) return known('its container is gone');
  if (state.frozen) return known('its container is paused');
  if (state.running && !state.address) return known('its container is in no network');
  try {
    await session.asSuperuser(node, components.postgres.isReplica);
    return null;
  } catch (error) {
    return { says: withoutStop(messageOf(error)), known: false, exited: !state.running };
  }
};

/**
 * For a wait that has to come to its end without some nodes if it must: at every look, those of them that hang. One of
 * which that is known is left aside at once, one that is silent when it has been for a while; each is noted.
 */
export const leaveAside = (
  dependencies: Pick<Dependencies, 'platform' | 'components'>,
  session: Session,
  step: Pick<ActionStep, 'patience_seconds' | 'note'>,
) => {
  const silentSince = new Map<string, number>();
  const noted = new Set<string>();

  const isAside = async (node: Node): Promise<boolean> => {
    const reason = await whyItHangs(dependencies, session, node);
    if (!reason) {
      silentSince.delete(node.name);
      return false;
    }
    const since = silentSince.get(node.name) ?? performance.now();
    silentSince.set(node.name, since);
    if (!reason.known && performance.now() - since < settlingSeconds(step.patience_seconds) * 1000) return false;
    if (!noted.has(node.name)) step.note(`left aside: ${node.name}, ${reason.says}`);
    noted.add(node.name);
    return true;
  };

  return async (nodes: readonly Node[]): Promise<readonly string[]> => {
    const aside = await Promise.all(nodes.map(isAside));
    return nodes.filter((_, index) => aside[index]).map(({ name }) => name);
  };
};
