import type { FastifyInstance } from 'fastify';
import { PgrowError } from '../domain/errors.ts';
import type { ApiDependencies } from './dependencies.ts';

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

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
  app.addHook('onRequest', async ({ headers }) => {
    const name = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    if (hosts === null || hosts.includes(name)) return;
    throw new PgrowError(
      'wrong_host',
      `This is not ${name || 'a host without a name'}. If it is meant to be, add the name to PGROW_API_NAMES and restart the API.`,
    );
  });
};
