import type { FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { sessionCookie, sessionHeader } from '../domain/sessions.ts';
import type { Identity } from '../store/tokens.ts';
import { bearerOf } from './bearer.ts';
import type { ApiDependencies } from './dependencies.ts';
import { requireSameOrigin } from './same-origin.ts';

/**
 * Who sends a request: the holder of a token (RFC 6750), or a browser that is signed in. A session has two halves, because either
 * of them may get into other hands: browsers send the cookie to every server of the same address, whatever its port, and a script
 * in the page can read what the page keeps.
 * @throws PgrowError `unauthorized`; `forbidden` where another page makes a browser ask for a change
 */
export const identify = async (
  { store, home }: Pick<ApiDependencies, 'store' | 'home'>,
  request: FastifyRequest,
): Promise<Identity> => {
  const bearer = bearerOf(request);
  const cookie = readCookie(request, sessionCookie(home));
  const secret = request.headers[sessionHeader];
  if (bearer === undefined && (cookie !== undefined || secret !== undefined)) {
    const halves = { cookie: cookie ?? '', secret: typeof secret === 'string' ? secret : '' };
    const identity = await store.authenticateSession(halves);
    if (!identity) throw new PgrowError('unauthorized', 'This browser is not signed in. Sign in with: ./pgrow web');
    if (!['GET', 'HEAD'].includes(request.method)) requireSameOrigin(request);
    return identity;
  }
  return identifyBearer(store, bearer);
};

/** @throws PgrowError `unauthorized` */
export const identifyBearer = async (
  store: Pick<ApiDependencies['store'], 'authenticate'>,
  token: string | undefined,
): Promise<Identity> => {
  const identity = token === undefined ? null : await store.authenticate(token);
  if (!identity)
    throw new PgrowError('unauthorized', 'This needs a valid token. Send it as "Authorization: Bearer TOKEN".');
  if (identity.expired)
    throw new PgrowError(
      'unauthorized',
      `The token ${identity.actor} expired at ${identity.expires_at}. Ask an admin for another.`,
    );
  return identity;
};

const readCookie = ({ headers }: FastifyRequest, name: string): string | undefined => {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
};
