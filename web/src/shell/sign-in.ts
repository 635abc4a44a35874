import { request, sessionsPath } from '../data/api.ts';
import { storeSecret } from '../data/session.ts';
import type { Role } from '../data/types.ts';

interface NewSession {
  readonly session: { readonly id: string; readonly actor: string; readonly project: string; readonly role: Role };
  readonly secret: string;
}

/** With a ticket of `./pgrow web`, which is valid once, or with a token. @throws Problem */
export const signIn = async (proof: { readonly ticket: string } | { readonly token: string }): Promise<void> => {
  const { secret } = await request<NewSession>('POST', sessionsPath, proof);
  storeSecret(secret);
};

/** Ends the session on the server too; the page begins again without it. */
export const signOut = async (): Promise<void> => {
  await request('DELETE', '/v1/sessions/current').catch(() => undefined);
  storeSecret(null);
  location.assign('/');
};

/** Takes the ticket out of the address at once: it is used up, and a bookmark of it would be dead. */
export const takeTicket = (): { readonly ticket: string; readonly to: string } | null => {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const ticket = fragment.get('ticket');
  if (ticket === null) return null;
  history.replaceState(null, '', location.pathname);
  const to = fragment.get('to') ?? '/';
  // Only to a page of this console.
  return { ticket, to: /^\/(?!\/)/.test(to) ? to : '/' };
};
