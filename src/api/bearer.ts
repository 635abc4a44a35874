import type { FastifyRequest } from 'fastify';

/** The token that a request brings (RFC 6750); undefined where there is none. */
export const bearerOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
