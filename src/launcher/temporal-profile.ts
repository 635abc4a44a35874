import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { fromTomlProfile, loadClientConfigProfile, toClientOptions, toTomlProfile } from '@temporalio/envconfig';
import { z } from 'zod';
import { PgrowError } from '../domain/errors.ts';
import { headerValue, temporalAddress, temporalNamespace } from './temporal-variables.ts';

const text = z.string('must be text').min(1, 'must not be empty');

const tlsProfile = z.strictObject({
  disabled: z.boolean('must be true or false').optional(),
  server_name: text.optional(),
  server_ca_cert_path: text.optional(),
  server_ca_cert_data: text.optional(),
  client_cert_path: text.optional(),
  client_cert_data: text.optional(),
  client_key_path: text.optional(),
  client_key_data: text.optional(),
});

/** How to reach a Temporal, as a profile of its configuration files says it. Empty: pgrow's own. */
export const temporalProfile = z.strictObject({
  address: temporalAddress.optional(),
  namespace: temporalNamespace.optional(),
  api_key: headerValue.optional(),
  tls: tlsProfile.optional(),
  grpc_meta: z.record(z.string(), headerValue, 'must be a table').optional(),
});
export type TemporalProfile = z.infer<typeof temporalProfile>;

/** How to reach a Temporal, as its clients and workers take it. `apiKey`, `tls` and `metadata` may be secret. */
export interface TemporalAccess extends Pick<Connecting, 'tls' | 'apiKey' | 'metadata'> {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
}
type Connecting = ReturnType<typeof toClientOptions>['connectionOptions'];
/** A schema's optional fields may be undefined, the library's may only be absent: to its code that is one. */
type Parsed = Parameters<typeof fromTomlProfile>[0];

export const defaultNamespace = 'default';

/**
 * What the environment says. A configuration file counts only where the environment names it or a profile in it: one
 * that was made for other programs must not take this control plane to another Temporal.
 * @throws PgrowError `invalid_input`, which shows no value
 */
export const readProfile = (variables: Readonly<Record<string, string>>): TemporalProfile => {
  const { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: name } = variables;
  const where = file === undefined ? "Temporal's configuration file" : `TEMPORAL_CONFIG_FILE ${file}`;
  // A file that is not there would pass for an empty one.
  if (file !== undefined) refuseUnreadable('TEMPORAL_CONFIG_FILE', file);
  const disableFile = file === undefined && name === undefined;
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars: { ...variables }, disableFile });
    return withAbsolutePaths(parse(toTomlProfile(profile)));
  } catch (error) {
    throw error instanceof PgrowError ? error : invalid(`${where} ${whyUnreadable(error)}`);
  }
};

const parse = (profile: unknown): TemporalProfile => {
  const parsed = temporalProfile.safeParse(profile);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw invalid(`The configuration for Temporal is invalid: ${problems.join('; ')}`);
};

/** A parser quotes the lines around an error, and one of them may be the key. */
const whyUnreadable = (error: unknown): string => {
  if (!(error instanceof Error)) return 'cannot be read';
  const { line, column } = error as Error & { readonly line?: number; readonly column?: number };
  if (line !== undefined) return `is not TOML (line ${line}, column ${column})`;
  if (/^Profile '.*' not found|^Cannot specify both \w+ and \w+$/.test(error.message))
    return `is invalid: ${error.message}`;
  return 'cannot be read as a configuration of Temporal';
};

/**
 * What a control plane goes by: the environment, and where that is silent what it was brought up with last. What was kept
 * for one Temporal is never sent to another.
 * @throws PgrowError `invalid_input` for what fits no Temporal
 */
export const chooseProfile = (kept: TemporalProfile, given: TemporalProfile): TemporalProfile => {
  const another = given.address !== undefined && given.address !== kept.address;
  const chosen = another ? given : { ...kept, ...given };
  const { address, namespace, ...rest } = chosen;
  if (address === undefined && (Object.keys(rest).length > 0 || (namespace ?? defaultNamespace) !== defaultNamespace)) {
    throw invalid(
      'The environment says how to log in to a Temporal, but not to which: set TEMPORAL_ADDRESS to its host:port, ' +
        'or unset TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS… to use the one that pgrow starts',
    );
  }
  return chosen;
};

/**
 * Reads the certificates that a profile names.
 * @throws PgrowError `invalid_input` where one is missing, or the key is not the certificate's
 */
export const accessOf = (profile: TemporalProfile & { readonly address: string }): TemporalAccess => {
  const { address, namespace = defaultNamespace, tls } = profile;
  for (const part of ['server_ca_cert_path', 'client_cert_path', 'client_key_path'] as const) {
    if (tls?.[part] !== undefined) refuseUnreadable(variableOf(part), tls[part]);
  }
  const { connectionOptions } = toClientOptions(fromTomlProfile(profile as Parsed));
  refuseUnusable(profile, connectionOptions);
  return {
    address,
    namespace,
    ...(connectionOptions.tls !== undefined && { tls: connectionOptions.tls }),
    ...(profile.api_key !== undefined && { apiKey: profile.api_key }),
    ...(profile.grpc_meta !== undefined && { metadata: profile.grpc_meta }),
  };
};

const refuseUnusable = ({ tls: { ...given } = {} }: TemporalProfile, { tls }: Connecting): void => {
  const has = (what: 'client_cert' | 'client_key') => (given[`${what}_path`] ?? given[`${what}_data`]) !== undefined;
  if (has('client_cert') !== has('client_key')) {
    const [there, missing] = has('client_cert') ? ['certificate', 'KEY'] : ['key', 'CERT'];
    throw invalid(`The client ${there} for Temporal is incomplete: set TEMPORAL_TLS_CLIENT_${missing}_PATH as well`);
  }
  if (typeof tls !== 'object' || tls === null) return;
  const { serverRootCACertificate: ca, clientCertPair: pair } = tls;
  try {
    createSecureContext({
      ...(ca && { ca: Buffer.from(ca) }),
      ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
    });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'not PEM';
    throw invalid(`The certificates or the key for Temporal (TEMPORAL_TLS_…) cannot be used: ${reason}`);
  }
};

const variableOf = (part: string): string => `TEMPORAL_TLS_${part.toUpperCase()}`;

const refuseUnreadable = (variable: string, path: string): void => {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw invalid(`${variable} ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};

/** The programs of a control plane run elsewhere. */
const withAbsolutePaths = (profile: TemporalProfile): TemporalProfile => {
  if (profile.tls === undefined) return profile;
  const tls = Object.entries(profile.tls).map(([name, value]) =>
    name.endsWith('_path') && typeof value === 'string' ? [name, resolve(value)] : [name, value],
  );
  return { ...profile, tls: Object.fromEntries(tls) };
};

const invalid = (message: string): PgrowError => new PgrowError('invalid_input', `${message}.`);
