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
}

/** `all projects`, `project shop`. */
export const projectText = (project: string): string =>
  project === allProjects ? 'all projects' : `project ${project}`;

/** Which tokens an admin may see, create and revoke. */
export const managesTokensOf = (own: string, project: string): boolean => own === allProjects || own === project;
