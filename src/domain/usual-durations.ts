/** What operations of a type took before: medians in milliseconds, null where there is none. */
export interface UsualDurations {
  readonly whole: number | null;
  /** By the index of the step. */
  readonly steps: readonly (number | null)[];
}
