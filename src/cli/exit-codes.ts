/** What a script can tell from pgrow's exit status. */
export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  /** Another operation runs, a name is taken, or the present state does not allow it. */
  refused: 3,
  needsOperator: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
