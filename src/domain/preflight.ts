/** What the worker looks at before an operation begins. */
export const preflightChecks = ['engine', 'host', 'images', 'disk', 'ports'] as const;

export interface PreflightCheck {
  readonly check: (typeof preflightChecks)[number];
  /** Null if it could not be looked at. */
  readonly ok: boolean | null;
  readonly says: string;
}
