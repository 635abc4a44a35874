/** What is tried against a fault that lasts, before it fails the step. */

/** Seconds that a fault, and each remedy against it, is given to pass. */
const longestSettlingSeconds = 10;

/** Of the patience of a step, so that every remedy has had its time before the step gives up. */
const shareOfPatience = 1 / 6;

/** Times to settle that the last remedy is given. */
const lastSettlings = 2;

export const settlingSeconds = (patienceSeconds: number): number =>
  Math.min(longestSettlingSeconds, patienceSeconds * shareOfPatience);

/** A router gets its configuration again: files, reload and addresses. Connected clients do not notice. */
export const routerRemedies = ['reconfigure', 'reconfigure', 'reconfigure'] as const;
export type RouterRemedy = (typeof routerRemedies)[number];

/** A node that has exited and that nothing else restarts. */
export const exitRemedies = ['start again', 'start again', 'start again'] as const;
export type ExitRemedy = (typeof exitRemedies)[number];

/** Patroni learns which member leads a standby cluster. */
export const leaderRemedies = ['lead again', 'lead again'] as const;

export type PoolerRemedy = 'reload' | 'restart';

/** A restart cuts sessions, so it is only for a pooler without clients yet. */
export const poolerRemedies = ({ mayHaveClients }: { readonly mayHaveClients: boolean }): readonly PoolerRemedy[] =>
  mayHaveClients ? ['reload'] : ['reload', 'restart'];

interface Fault<R> {
  /** One after the other. */
  readonly remedies: readonly R[];
  /** How many of them have been applied. */
  readonly applied: number;
  /** Since the fault was seen first, or since the last remedy. */
  readonly seconds: number;
  readonly patienceSeconds: number;
}

/** What a fault that is seen again leads to. */
export const nextMove = <R>({ remedies, applied, seconds, patienceSeconds }: Fault<R>): R | 'wait' | 'give up' => {
  const remedy = remedies[applied];
  const settling = settlingSeconds(patienceSeconds) * (remedy === undefined ? lastSettlings : 1);
  if (seconds < settling) return 'wait';
  return remedy ?? 'give up';
};
