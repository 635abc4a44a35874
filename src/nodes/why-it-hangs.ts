import { messageOf, withoutStop } from '../domain/errors.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';

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
