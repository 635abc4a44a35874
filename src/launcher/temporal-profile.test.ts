import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessOf, chooseProfile, readProfile } from './temporal-profile.ts';

const certificates = join(import.meta.dirname, '..', '..', 'test', 'support', 'certificates');
const pem = (name: string): string => join(certificates, name);
const address = 'temporal.example:7233';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-profile-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What an operator would see, whatever was thrown. */
const errorOf = (action: () => unknown): { readonly code: unknown; readonly text: string } => {
  try {
    action();
  } catch (error) {
    const { code, message, stack, cause } = error as Error & { code: unknown };
    return { code, text: [message, stack, String(cause)].join(' ') };
  }
  throw new Error('nothing was thrown');
};

const access = (variables: Readonly<Record<string, string>>) =>
  accessOf({ ...readProfile({ TEMPORAL_ADDRESS: address, ...variables }), address });

describe('what the environment says', () => {
  test('an address alone is a Temporal without TLS, in the usual namespace', () => {
    expect(access({})).toEqual({ address, namespace: 'default' });
  });

  // Versions of the library before 1.24 took TEMPORAL_TLS=true for "disabled".
  test('TLS is on when it is said to be, and with a key unless it is said not to be', () => {
    expect(access({ TEMPORAL_TLS: 'true' }).tls).toBeTruthy();
    expect(access({ TEMPORAL_TLS: '0' }).tls).toBe(false);
    expect(access({ TEMPORAL_API_KEY: 'k', TEMPORAL_NAMESPACE: 'prod' })).toEqual({
      address,
      namespace: 'prod',
      apiKey: 'k',
      tls: true,
    });
    expect(access({ TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).tls).toBe(false);
  });

  test('certificates are read from where they lie', () => {
    const { tls } = access({
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: pem('ca.pem'),
      TEMPORAL_TLS_CLIENT_CERT_PATH: pem('client.pem'),
      TEMPORAL_TLS_CLIENT_KEY_DATA: readFileSync(pem('client.key'), 'utf8'),
      TEMPORAL_TLS_SERVER_NAME: 'inside',
    });
    expect(tls).toMatchObject({ serverNameOverride: 'inside', clientCertPair: {} });
  });

  test('a certificate is kept by its whole path: the programs run elsewhere', () => {
    expect(readProfile({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: 'ca.pem' }).tls).toEqual({
      server_ca_cert_path: resolve('ca.pem'),
    });
  });

  test.for([
    [{ TEMPORAL_TLS_CLIENT_CERT_PATH: pem('client.pem') }, /set TEMPORAL_TLS_CLIENT_KEY_PATH as well/],
    [{ TEMPORAL_TLS_CLIENT_KEY_PATH: pem('client.key') }, /set TEMPORAL_TLS_CLIENT_CERT_PATH as well/],
    [
      { TEMPORAL_TLS_CLIENT_CERT_PATH: pem('client.pem'), TEMPORAL_TLS_CLIENT_KEY_PATH: pem('server.key') },
      /TEMPORAL_TLS_…\) cannot be used: ERR_/,
    ],
    [
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' },
      /TEMPORAL_TLS_SERVER_CA_CERT_PATH \/nowhere\/ca.pem cannot/,
    ],
    [
      { TEMPORAL_TLS_CLIENT_CERT_PATH: pem('client.pem'), TEMPORAL_TLS_CLIENT_KEY_DATA: 'hunter2' },
      /The certificates or the key for Temporal/,
    ],
    [
      { TEMPORAL_TLS_CLIENT_KEY_PATH: pem('client.key'), TEMPORAL_TLS_CLIENT_KEY_DATA: 'hunter2' },
      /Cannot specify both client_key_path and client_key_data/,
    ],
    [{ TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer hunter2\n' }, /grpc_meta.authorization must be printable ASCII/],
    [
      { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' },
      /TEMPORAL_CONFIG_FILE \/nowhere\/temporal.toml cannot be read/,
    ],
  ] as const)('%j is refused by name, and its value not shown', ([variables, message]) => {
    const { code, text } = errorOf(() => access(variables));
    expect(code).toBe('invalid_input');
    expect(text).toMatch(message);
    expect(text).not.toContain('hunter2');
  });
});

describe('a configuration file', () => {
  const write = (content: string): string => {
    mkdirSync(join(folder, 'temporalio'));
    const path = join(folder, 'temporalio', 'temporal.toml');
    writeFileSync(path, content);
    return path;
  };
  const profiles =
    '[profile.default]\naddress = "cloud.example:7233"\napi_key = "hunter2"\n[profile.lab]\naddress = "lab.example:7233"\n';

  // A file made for the `temporal` program would have taken a control plane with its own Temporal to the cloud.
  test('counts only when the environment names it, or a profile in it', () => {
    const path = write(profiles);
    expect(readProfile({ XDG_CONFIG_HOME: folder })).toEqual({});
    expect(readProfile({ XDG_CONFIG_HOME: folder, TEMPORAL_PROFILE: 'lab' })).toEqual({ address: 'lab.example:7233' });
    expect(readProfile({ TEMPORAL_CONFIG_FILE: path, TEMPORAL_NAMESPACE: 'prod' })).toEqual({
      address: 'cloud.example:7233',
      api_key: 'hunter2',
      namespace: 'prod',
    });
  });

  // The parser's error quotes the lines around it.
  test.for([
    ['[profile.default]\napi_key = "hunter2"\naddress = oops\n', /is not TOML \(line 3, column \d+\)/],
    ['[profile.default]\naddress = "hunter2"\n', /address must be host:port/],
    ['[profile.default]\napi_key = ["hunter2"]\n', /api_key/],
    ['profile = "hunter2"\n', /is invalid: Profile 'lab' not found|cannot be read as a configuration/],
  ] as const)('that does not fit is refused without its content: %#', ([content, message]) => {
    const path = write(content);
    const { code, text } = errorOf(() =>
      readProfile({ TEMPORAL_CONFIG_FILE: path, ...(content.startsWith('profile') && { TEMPORAL_PROFILE: 'lab' }) }),
    );
    expect(code).toBe('invalid_input');
    expect(text).toMatch(message);
    expect(text).not.toContain('hunter2');
  });

  test('without the profile that is asked for is refused', () => {
    const path = write(profiles);
    const { text } = errorOf(() => readProfile({ TEMPORAL_CONFIG_FILE: path, TEMPORAL_PROFILE: 'moon' }));
    expect(text).toContain(`TEMPORAL_CONFIG_FILE ${path} is invalid: Profile 'moon' not found`);
  });
});

describe('what a home was brought up with', () => {
  const kept = { address, namespace: 'prod', api_key: 'old' };

  test('holds where the environment is silent, part by part', () => {
    expect(chooseProfile(kept, {})).toEqual(kept);
    expect(chooseProfile(kept, { api_key: 'new' })).toEqual({ ...kept, api_key: 'new' });
    expect(chooseProfile(kept, { address, namespace: 'lab' })).toEqual({ ...kept, namespace: 'lab' });
  });

  test('is never sent to another Temporal', () => {
    expect(chooseProfile(kept, { address: 'other.example:7233' })).toEqual({ address: 'other.example:7233' });
  });

  test('is asked for when only a login is given', () => {
    const { code, text } = errorOf(() => chooseProfile({}, { api_key: 'hunter2' }));
    expect(code).toBe('invalid_input');
    expect(text).toMatch(/set TEMPORAL_ADDRESS/);
    expect(text).not.toContain('hunter2');
    expect(chooseProfile({}, { namespace: 'default' })).toEqual({ namespace: 'default' });
  });
});
