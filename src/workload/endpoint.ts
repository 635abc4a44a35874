/** Where a client connects, as the application. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** PEM of the certificate authority that the server is verified by; absent for plain text. */
  readonly ca?: string;
}

/** As the `pg` driver takes it. */
export const driverOptions = ({ ca, ...endpoint }: Endpoint) => ({
  ...endpoint,
  ...(ca === undefined ? {} : { ssl: { ca } }),
});

/** Reads a connection string as `pgrow url` prints it: `postgresql://user:password@host:port/database`. */
export const parseEndpoint = (connectionString: string): Endpoint => {
  const url = new URL(connectionString);
  return {
    host: url.hostname,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
};
