import { endpointNames, verification, type EndpointName, type Endpoints } from '../domain/endpoints.ts';
import { PgrowError } from '../domain/errors.ts';
import type { PasswordAnswer } from '../domain/password.ts';
import type { TlsMode } from '../domain/tls.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { printProgress } from './output.ts';

/** The API's answer: connection strings with password, null if the present stage has no such endpoint. */
export interface ConnectionStrings extends Readonly<Record<Side, Endpoints<string>>> {
  /** The endpoint that a writing client should use. */
  readonly best: EndpointName;
  /** Absent from the answer of an API of an earlier version. */
  readonly tls?: TlsMode;
  /** Name of the Docker network that applications join. */
  readonly clients_network: string;
  /** What the servers say of the password in them. */
  readonly password?: PasswordAnswer;
}

/** `host`: loopback ports of the Docker host. `network`: names in the network that applications join. */
export const sides = ['host', 'network'] as const;
export type Side = (typeof sides)[number];

export const readConnectionStrings = (api: ApiClient, database: string): Promise<ConnectionStrings> =>
  api.get<ConnectionStrings>(postgresPath(database, 'connection-strings'));

/** Says so where the password in them is an old one: the application's role can be given another by anybody who may. */
export const warnOfOldPassword = (database: string, { password }: ConnectionStrings): void => {
  if (password !== 'refused') return;
  printProgress(
    `Warning: the server refuses the password that pgrow has on record for the application of ${database}. ` +
      `To record the one that was set: ./pgrow password ${database}`,
  );
};

/** The endpoint asked for, or the best one that takes writes. */
export const chooseConnectionString = (
  database: string,
  strings: ConnectionStrings,
  { endpoint, side = 'host' }: { readonly endpoint?: EndpointName | undefined; readonly side?: Side } = {},
): string => {
  const name = endpoint ?? strings.best;
  const chosen = strings[side][name];
  if (chosen !== null) return chosen;
  if (name === 'any_node' && strings[side].read_only !== null)
    throw new PgrowError('refused', withoutAnyNode(database, strings));
  const target = name === 'pooled' ? 'pooling' : 'replicas';
  throw new PgrowError(
    'refused',
    `${database} has no ${name.replaceAll('_', '-')} endpoint at its present stage. Add one: ./pgrow expand ${database} --to ${target}`,
  );
};

/** The same with how a client verifies the server, by what `ca` prints. @throws PgrowError `refused` for plain text */
export const withVerification = (database: string, url: string, { tls }: Pick<ConnectionStrings, 'tls'>): string => {
  if (url.endsWith(verification)) return url;
  if (tls === 'allow') return `${url}${verification}`;
  throw new PgrowError(
    'refused',
    `${database} speaks plain text. TLS is chosen when a database is made: ./pgrow create NAME --tls require`,
  );
};

const withoutAnyNode = (database: string, { network }: ConnectionStrings): string => {
  const fact = `${database} was made before there was an any-node endpoint`;
  return network.any_node === null
    ? `${fact}. It comes into its network with the next operation that configures its routers, such as one more replica.`
    : `${fact}, so it has no port on the host for it. Use the network: ./pgrow url ${database} --any-node --from network`;
};

/** All endpoints on the Docker host, without passwords. */
export const shownEndpoints = ({ host }: ConnectionStrings): Record<EndpointName, string | null> =>
  Object.fromEntries(endpointNames.map((name) => [name, host[name] && withoutPassword(host[name])])) as Record<
    EndpointName,
    string | null
  >;

/** Fit to be shown and logged. */
export const withoutPassword = (connectionString: string): string => {
  const url = new URL(connectionString);
  url.password = '';
  return url.href;
};
