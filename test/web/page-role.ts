import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Role } from '../../src/domain/tokens.ts';
import type { Store } from '../../src/store/store.ts';

/** The role that a page acts in, until it signs in by itself. */
export const roleCookie = 'pgrow-world-role';

/** One for each role, of all projects. */
export const newTokens = async (store: Store): Promise<Record<Role, string>> => {
  const entries = await Promise.all(
    (['viewer', 'operator', 'admin'] as const).map(async (role) => {
      const token = randomBytes(24).toString('base64url');
      await store.createToken({ token, name: `${role}-1`, project: '*', role, created_by: 'cli', expires_in: null });
      return [role, token] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<Role, string>;
};

/** That of its cookie's role, an admin's without one; none for `none`. */
export const tokenOf = ({ headers }: IncomingMessage, tokens: Readonly<Record<Role, string>>): string | null => {
  const role = new RegExp(`${roleCookie}=(\\w+)`).exec(headers.cookie ?? '')?.[1] ?? 'admin';
  return tokens[role as Role] ?? null;
};
