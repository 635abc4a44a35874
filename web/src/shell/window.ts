import type { Operation, Status } from '../data/types.ts';
import { stageNames } from '../format/stages.ts';

/** What a rollback window is about, in words. */

/** How near its end is: under five minutes, under one. */
export const urgencyOf = (leftMs: number): 'calm' | 'soon' | 'now' =>
  leftMs < 60_000 ? 'now' : leftMs < 300_000 ? 'soon' : 'calm';

/** `Changed to high availability`, `Changed memory, work_mem`: of an operation that left the stage as it was, what it changed. */
export const changeText = (
  { checkpoint }: Pick<Status, 'checkpoint'>,
  operation: Pick<Operation, 'type' | 'changes'> | undefined,
): string => {
  if (!checkpoint) return '';
  if (operation?.type !== 'change') return `Changed to ${stageNames[checkpoint.stage]}`;
  const [names, most] = [
    operation.changes.map(({ subject, name }) => name ?? (subject === 'cpus' ? 'CPUs' : subject)),
    3,
  ];
  const rest = names.length - most;
  return `Changed ${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

/** What is there for the way back only, and goes with the window. */
export const keptNodes = ({ nodes }: Pick<Status, 'nodes'>): readonly string[] =>
  nodes.flatMap(({ name, kept }) => (kept ? [name] : []));

/** `postgres-1 and haproxy-1 are removed`; null where nothing is. */
export const goesText = (names: readonly string[]): string | null =>
  names.length === 0 ? null : `${new Intl.ListFormat('en').format(names)} ${names.length === 1 ? 'is' : 'are'} removed`;
