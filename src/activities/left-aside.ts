import { settlingSeconds } from '../domain/remedies.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { whyItHangs } from '../nodes/why-it-hangs.ts';

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
