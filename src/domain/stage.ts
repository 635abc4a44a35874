/** The ladder: what a database can be. */
export const stages = [0, 1, 2, 3] as const;
export type Stage = (typeof stages)[number];

export const stageNames = { 0: 'single', 1: 'pooling', 2: 'replicas', 3: 'ha' } as const satisfies Record<
  Stage,
  string
>;

/** What `expand` can aim at. */
export const expansionTargets = ['pooling', 'replicas', 'ha'] as const;
export type ExpansionTarget = (typeof expansionTargets)[number];
