import { invalidInput } from './input-problems.ts';

/** What a rotation replaces: the application's password, or the certificates of all nodes. */
export const rotated = ['password', 'certificates'] as const;
export type Rotated = (typeof rotated)[number];

/**
 * Certificates are replaced in one way only.
 * @param input as it was given, before defaults are filled in
 * @throws PgrowError `invalid_input`
 */
export const refuseUnusedHow = (subject: string, input: unknown): void => {
  const { what, how } = (input ?? {}) as { readonly what?: unknown; readonly how?: unknown };
  if (what !== 'certificates' || how === undefined) return;
  const allowed = 'nothing where "what" is "certificates": it says how a password is replaced';
  throw invalidInput(subject, [{ path: 'how', value: how, allowed }]);
};

/** How the application gets another password. `at_once`: its role stays, and from then on only the new password logs in. */
export const passwordRotations = ['at_once'] as const;

/**
 * What is stored of the application's password while it is rotated, beside the one that is in use. `application_next` is recorded before the
 * first server hears of it; `application_previous` is the one that it has replaced, until the next rotation.
 * `application_verifier`: what the server stored for the role before, to put it back; empty for nothing, and absent until a server
 * is about to be changed. `application_forgotten`: the next one of a rotation that was undone, which a worker that was held up may
 * still give to the role.
 */
export type RotationSecret =
  | 'application_next'
  | 'application_previous'
  | 'application_verifier'
  | 'application_forgotten';

/** The application's role as the server that takes writes knows it. */
export interface RotationFacts {
  /** Whether it is there and may log in. */
  readonly login: boolean;
  /** Whether its `VALID UNTIL` is over. */
  readonly expired: boolean;
  /** Which password it has: the one on record, that of a rotation that did not finish or was undone, another, or none. */
  readonly password: 'recorded' | 'next' | 'other' | 'none';
}
