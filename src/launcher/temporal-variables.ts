import { z } from 'zod';
import { watchQueueOf } from '../domain/naming.ts';

/** The TEMPORAL_* variables that pgrow reads, by the names that all of Temporal's SDKs know them under. */

/** An empty variable counts as one that is not set. */
export const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value: unknown) => (value === '' ? undefined : value), schema.optional());

const text = unlessEmpty(z.string());

/** `host:port`, `[IPv6]:port`. */
export const temporalAddress = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, 'must be host:port');
export const temporalNamespace = z.string().regex(/^\S+$/, 'must not contain spaces');
/** What a gRPC header takes. The client's own error would show the value. */
export const headerValue = z.string().regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII');
const flag = z.enum(['true', 'false', '1', '0'], 'must be true or false');

export const taskQueueName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be 1 to 100 letters, digits, dots, hyphens and underscores')
  .refine((name) => !name.endsWith(watchQueueOf('')), 'must not end like the watch queue of another control plane');

export const temporalVariables = {
  TEMPORAL_ADDRESS: unlessEmpty(temporalAddress),
  TEMPORAL_NAMESPACE: unlessEmpty(temporalNamespace),
  TEMPORAL_API_KEY: unlessEmpty(headerValue),
  TEMPORAL_TLS: unlessEmpty(flag),
  TEMPORAL_TLS_SERVER_NAME: text,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: text,
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: text,
  TEMPORAL_TLS_CLIENT_CERT_PATH: text,
  TEMPORAL_TLS_CLIENT_CERT_DATA: text,
  TEMPORAL_TLS_CLIENT_KEY_PATH: text,
  TEMPORAL_TLS_CLIENT_KEY_DATA: text,
  TEMPORAL_CONFIG_FILE: text,
  TEMPORAL_PROFILE: text,
} as const;

/** Would be ignored by the library, and then looked for in vain. */
export const unsupportedVariables = {
  TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: unlessEmpty(
    z.enum(['false', '0'], 'is not supported: name the authority with TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
  ),
} as const;

/** Headers to send with each call. */
const headerPrefix = 'TEMPORAL_GRPC_META_';

/** Where a configuration file is looked for when only a profile is named. */
const folders: readonly string[] = ['HOME', 'XDG_CONFIG_HOME'];

/** Of all variables those that `@temporalio/envconfig` reads and that are set. */
export const setVariables = (source: NodeJS.ProcessEnv): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(source).filter(
      (entry): entry is [string, string] =>
        Boolean(entry[1]) &&
        (entry[0] in temporalVariables || entry[0].startsWith(headerPrefix) || folders.includes(entry[0])),
    ),
  );
