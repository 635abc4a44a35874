import { endpointNames, type EndpointName, type Endpoints } from '../domain/endpoints.ts';
import { PgrowError } from '../domain/errors.ts';
import { postgresPath, type ApiClient } from './api-client.ts';

/** The API's answer: connection strings with password, null where the present stage has no such endpoint. */
export interface ConnectionStrings extends Readonly<Record<Side, Endpoints<string>>> {
  /** The one that a client who writes should take. */
  readonly best: EndpointName;
}

/** `host`: loopback ports of the Docker host. `network`: names in the database's private network. */
export const sides = ['host', 'network'] as const;
export type Side = (typeof sides)[number];

export const readConnectionStrings = (api: ApiClient, database: string): Promise<ConnectionStrings> =>
  api.get<ConnectionStrings>(postgresPath(database, 'connection-strings'));

/** The endpoint asked for, or the best one that takes writes. */
export const chooseConnectionString = (
  database: string,
  strings: ConnectionStrings,
  { endpoint, side = 'host' }: { readonly endpoint?: EndpointName | undefined; readonly side?: Side } = {},
): string => {
  const name = endpoint ?? strings.best;
  const chosen = strings[side][name];
  if (chosen !== null) return chosen;
  const target = name === 'pooled' ? 'pooling' : 'replicas';
  throw new PgrowError(
    'refused',
    `${database} has no ${name.replaceAll('_', '-')} endpoint at its present stage. Add one: ./pgrow expand ${database} --to ${target}`,
  );
};

/** All endpoints on the Docker host, without passwords. */
export const shownEndpoints = ({ host }: ConnectionStrings): Record<EndpointName, string | null> =>
  Object.fromEntries(endpointNames.map((name) => [name, host[name] && withoutPassword(host[name])])) as Record<
    EndpointName,
    string | null
  >;

/** Fit to be shown and logged. */
const withoutPassword = (connectionString: string): string => {
  const url = new URL(connectionString);
  url.password = '';
  return url.href;
};
