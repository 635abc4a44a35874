import { formatBytes } from '../domain/format-bytes.ts';
import { settlingSeconds } from '../domain/remedies.ts';
import type { Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { ReplicaStatus } from '../components/postgres/index.ts';
import { hangOf } from '../domain/node-look.ts';
import { lookAtNode } from '../nodes/look-at-node.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';

/**
 * For a wait that has to come to its end without some nodes if it must: at every look, those of them that hang. One of
 * which that is known is left aside at once, one that is silent when it has been for a while; each is noted.
 */
export const leaveAside = (
  dependencies: NodeDependencies,
  session: Session,
  step: Pick<ActionStep, 'patience_seconds' | 'note'>,
) => {
  const silentSince = new Map<string, number>();
  const noted = new Set<string>();

  const isAside = async (node: Node): Promise<boolean> => {
    const reason = hangOf(await lookAtNode(dependencies, session, node));
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

/**
 * For the same wait: at every look, those that have been catching up for a while. One on a slow line needs hours for what it
 * lacks, comes along by itself, and nothing waits for it; each is noted.
 */
export const leaveCatchingUp = (step: Pick<ActionStep, 'patience_seconds' | 'note'>) => {
  const since = new Map<string, number>();
  const noted = new Set<string>();
  return (replicas: readonly Pick<ReplicaStatus, 'name' | 'state' | 'lag_bytes'>[]): readonly string[] =>
    replicas.flatMap(({ name, state, lag_bytes }) => {
      if (state !== 'catchup') {
        since.delete(name);
        return [];
      }
      const began = since.get(name) ?? performance.now();
      since.set(name, began);
      if (performance.now() - began < settlingSeconds(step.patience_seconds) * 1000) return [];
      if (!noted.has(name)) step.note(`not waited for: ${name} is ${formatBytes(lag_bytes)} behind and catches up`);
      noted.add(name);
      return [name];
    });
};
