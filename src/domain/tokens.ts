import { z } from 'zod';

/** From the least to the most: each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether who has the one role may do what needs the other. */
export const includes = (held: Role, needed: Role): boolean => roles.indexOf(held) >= roles.indexOf(needed);

/** As the project of a token: all projects, and the control plane itself. */
export const allProjects = '*';

/** Seconds. */
const longestLife = 315_360_000;
export const usualLife = 7_776_000;

export const newTokenInput = z.strictObject({
  /** Who acts with it: a person, a pipeline, a service. It is the actor in the audit. */
  name: z.string().min(1).max(200),
  /** A project's name, or `*` for all. */
  project: z.string().min(1).max(63),
  role: z.enum(roles),
  /** Seconds until it expires; null if it never does. */
  expires_in: z.number().int().min(60).max(longestLife).nullable().default(usualLife),
});

/** Seconds. */
const longestGrace = 2_592_000;
export const usualGrace = 86_400;

export const rotateTokenInput = z.strictObject({
  /** Seconds for which the token that is replaced stays valid, unless it expires before. */
  grace_seconds: z.number().int().min(0).max(longestGrace).default(usualGrace),
});

/** A token as it is listed. What it is itself is shown only once, when it is created. */
export interface TokenDocument {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly role: Role;
  /** ISO 8601, as all times here. */
  readonly created_at: string;
  /** The actor that created it; null of the home's own, which its control plane has made. */
  readonly created_by: string | null;
  readonly expires_at: string | null;
  readonly expired: boolean;
  /** To the minute. */
  readonly last_used_at: string | null;
  /** Id of the token that has replaced it: what still uses this one has to be given that one. */
  readonly successor: string | null;
}

/** Seconds that its successor lives, as long as it was to live itself; null if it never expires. */
export const lifeOf = ({ created_at, expires_at }: Pick<TokenDocument, 'created_at' | 'expires_at'>): number | null =>
  expires_at === null ? null : Math.round((Date.parse(expires_at) - Date.parse(created_at)) / 1000);

/** Why a token cannot be rotated; null if it can. */
export const whyNotRotated = ({ name, created_by, expired, expires_at, successor }: TokenDocument): string | null => {
  if (created_by === null)
    return `The token ${name} is the control plane's own. Replace it on the host of its home: ./pgrow tokens rotate --own`;
  if (successor !== null)
    return `The token ${name} has been replaced by ${successor}. Rotate that one, or create another: ./pgrow tokens create`;
  return expired ? `The token ${name} expired at ${expires_at}. Create another: ./pgrow tokens create` : null;
};

/** `all projects`, `project shop`. */
export const projectText = (project: string): string =>
  project === allProjects ? 'all projects' : `project ${project}`;

/** Which tokens an admin may see, create and revoke. */
export const managesTokensOf = (own: string, project: string): boolean => own === allProjects || own === project;
