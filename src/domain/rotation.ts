/** What a rotation replaces: the application's password, or the certificates of all nodes. */
export const rotated = ['password', 'certificates'] as const;
export type Rotated = (typeof rotated)[number];

/** How the application gets another password. `at_once`: its role stays, and from then on only the new password logs in. */
export const passwordRotations = ['at_once'] as const;

/**
 * What is stored of the application's password while it is rotated, beside the one that is in use. `application_next` is recorded before the
 * first server hears of it; `application_previous` is the one that it has replaced, until the next rotation.
 * `application_verifier`: what the server stored for the role before, to put it back; empty for nothing.
 */
export const rotationSecrets = ['application_next', 'application_previous', 'application_verifier'] as const;
export type RotationSecret = (typeof rotationSecrets)[number];

/** The application's role as the server that takes writes knows it. */
export interface RotationFacts {
  /** Whether it is there and may log in. */
  readonly login: boolean;
  /** Whether its `VALID UNTIL` is over. */
  readonly expired: boolean;
  /** Which password it has: the one on record, the next one of a rotation that did not finish, another, or none. */
  readonly password: 'recorded' | 'next' | 'other' | 'none';
}
