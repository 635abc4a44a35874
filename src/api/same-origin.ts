import type { FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { isLoopbackName } from './check-host.ts';

/**
 * Only the console's own page may make a browser ask for changes. Another port of the same address is another origin, although
 * browsers count it as the same site.
 * @throws PgrowError `forbidden`
 */
export const requireSameOrigin = ({ headers }: FastifyRequest): void => {
  const site = headers['sec-fetch-site'];
  // Browsers do not send it to other machines without TLS.
  const isOwn = site === undefined ? isOrigin(headers.origin, headers.host) : site === 'same-origin';
  if (isOwn) return;
  throw new PgrowError(
    'forbidden',
    'This request does not come from the page of the console. Programs send a token: "Authorization: Bearer TOKEN".',
  );
};

/** How a browser reaches the API. `insecure`: what it sends can be read on the way. */
export const wayOf = ({ headers }: FastifyRequest): 'loopback' | 'tls' | 'insecure' => {
  if (isLoopbackName(headers.host ?? '')) return 'loopback';
  const { origin = 'null' } = headers;
  // A page that hides its origin still says that it is the own one, where there is TLS.
  const hasTls = origin === 'null' ? headers['sec-fetch-site'] !== undefined : origin.startsWith('https://');
  return hasTls ? 'tls' : 'insecure';
};

const isOrigin = (origin: string | undefined, host: string | undefined): boolean => {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const { protocol, origin: whole } = new URL(origin);
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && whole !== 'null' && new URL(own).origin === whole;
};
