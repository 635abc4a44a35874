import type { Database } from '../domain/database.ts';
import { withoutStop } from '../domain/errors.ts';
import { repairCommand } from '../domain/faults.ts';
import { formatBytes } from '../domain/format-bytes.ts';
import { settlingSeconds } from '../domain/remedies.ts';
import type { Node } from '../domain/topology.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { ReplicaStatus } from '../components/postgres/index.ts';
import { hangOf } from '../domain/node-look.ts';
import { lookAtNode } from '../nodes/look-at-node.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';

/** Of a node that the operation does without: what its result says. */
export const leftAsideText = ({ name }: Pick<Database, 'name'>, node: string, says: string): string =>
  `${node} was left aside: ${withoutStop(says)}. Mend it: ${repairCommand(name, node)}`;

/**
 * For a wait that has to come to its end without some nodes if it must: whether it does without this one by now, or without a way
 * that leads over `nodes`. `why`: what is wrong with it at this look, null for nothing. What is known is not waited for; anything
 * else is given a while.
 */
export const asideWhenLate = (
  database: Pick<Database, 'name'>,
  step: Pick<ActionStep, 'patience_seconds' | 'remark'>,
  afterSeconds: number = settlingSeconds(step.patience_seconds),
) => {
  const since = new Map<string, number>();
  return (
    what: string,
    why: { readonly says: string; readonly known?: boolean } | null,
    nodes: readonly string[] = [what],
  ): boolean => {
    if (!why) {
      if (since.delete(what)) for (const node of nodes) step.remark(node, null);
      return false;
    }
    const began = since.get(what) ?? performance.now();
    since.set(what, began);
    if (!why.known && performance.now() - began < afterSeconds * 1000) return false;
    for (const node of nodes) step.remark(node, leftAsideText(database, node, why.says));
    return true;
  };
};

/** Seconds that a node has to be as it should be that what continues does not need: less than what others are waited for. */
export const dispensableSeconds = ({ patience_seconds }: Pick<ActionStep, 'patience_seconds'>): number =>
  Math.min(60, patience_seconds / 2);

/** For the same wait: at every look, those of these nodes that hang, and are left aside. */
export const leaveAside = (
  dependencies: NodeDependencies,
  session: Session,
  step: Pick<ActionStep, 'patience_seconds' | 'remark'>,
) => {
  const isLate = asideWhenLate(session.database, step);
  const isAside = async (node: Node): Promise<boolean> =>
    isLate(node.name, hangOf(await lookAtNode(dependencies, session, node)));
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
