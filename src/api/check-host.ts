import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import { bearerOf } from './bearer.ts';
import type { ApiDependencies } from './dependencies.ts';

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** With or without a port. */
export const isLoopbackName = (host: string): boolean => loopbackNames.includes(withoutPort(host));

/**
 * Names under which the API may be asked. On the loopback address a page from elsewhere could otherwise have its own name
 * resolve to it (DNS rebinding). Null for any: what listens on other addresses has names that only its operator knows.
 */
export const servedHosts = ({
  apiHost,
  apiNames,
}: {
  readonly apiHost: string;
  readonly apiNames: readonly string[];
}): readonly string[] | null => {
  const isLoopback = apiHost === '::1' || apiHost === 'localhost' || apiHost.startsWith('127.');
  if (!isLoopback && apiNames.length === 0) return null;
  return [...loopbackNames, apiHost.toLowerCase(), ...apiNames];
};

/** Before anything else, public routes included. */
export const checkHost = (app: FastifyInstance, { hosts }: Pick<ApiDependencies, 'hosts'>): void => {
  app.addHook('onRequest', async (request) => {
    const host = (request.headers.host ?? '').toLowerCase();
    if (hosts === null || hosts.includes(host) || (hosts.includes(withoutPort(host)) && hasOwnPort(request, host)))
      return;
    throw new PgrowError(
      'wrong_host',
      `This is not ${host || 'a host without a name'}. If it is meant to be, add the name to PGROW_API_NAMES and restart the API.`,
    );
  });
};

/**
 * What a browser asks of this machine goes to the port that the API listens on: pages of other ports are other origins. Programs
 * may have come through a tunnel that begins at another port; they send a token.
 */
const hasOwnPort = (request: FastifyRequest, host: string): boolean => {
  const { localPort } = request.raw.socket;
  const port = /:(\d+)$/.exec(host)?.[1];
  if (port === undefined || localPort === undefined || !isLoopbackName(host)) return true;
  return Number(port) === localPort || bearerOf(request) !== undefined;
};

const withoutPort = (host: string): string => host.replace(/:\d+$/, '');
