import { describe, expect, test } from 'vitest';
import { roles } from '../../domain/naming.ts';
import { ownRolesScript, type KnownRoles } from './own-roles.ts';
import { scramVerifier } from './scram.ts';

const passwords = {
  own: 'own-secret',
  reader: 'reader-secret',
  probe: 'probe-secret',
  pooler: 'pooler-secret',
  replication: 'replication-secret',
  rewind: 'rewind-secret',
};

/** As the server keeps them. */
const settingsSet = (role: string): readonly string[] =>
  [...ownRolesScript({}, passwords, 17).matchAll(/ALTER ROLE (\w+) SET (\w+) (?:= '(.*)'|FROM CURRENT)/g)].flatMap(
    ([, of, name, value = '']) => (of === role ? [`${name}=${value}`] : []),
  );

const asMade: KnownRoles['roles'] = Object.fromEntries(
  Object.entries(passwords).map(([name, password]) => [
    roles[name as keyof typeof passwords],
    {
      verifier: scramVerifier(password),
      login: true,
      superuser: name === 'own',
      expired: false,
      settings: settingsSet(roles[name as keyof typeof passwords]),
    },
  ]),
);
const changed = (role: string, change: object) => ({ ...asMade, [role]: { ...asMade[role]!, ...change } });

// A server that does not know the setting refuses the statement, and pgrow's roles were never made.
test('transaction_timeout is set only where the server has it', () => {
  expect(ownRolesScript({}, passwords, 17)).toContain('SET transaction_timeout');
  expect(ownRolesScript({}, passwords, 15)).not.toContain('transaction_timeout');
});

// pgrow logged in as `postgres`, whose password is the administrators' to change: then it took a healthy cluster for dead.
describe("pgrow's own roles", () => {
  test('are left alone where nothing is wrong: PgBouncer has learnt their salt', () => {
    expect(ownRolesScript(asMade, passwords, 17)).toBe('');
  });

  test('are created if they are missing, each with only the rights it needs', () => {
    const script = ownRolesScript({}, passwords, 17);
    expect(script).toContain('CREATE ROLE pgrow;\nALTER ROLE pgrow LOGIN SUPERUSER');
    for (const role of [roles.reader, roles.probe])
      expect(script).toContain(`ALTER ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION`);
    expect(script.match(/SUPERUSER/g)).toHaveLength(1 + ['reader', 'probe'].length);
    expect(script).not.toContain(roles.superuser + ' ');
  });

  test.each([
    ['another password', { verifier: scramVerifier('rotated') }],
    ['no password', { verifier: null }],
    ['no login', { login: false }],
    ['a time that is over', { expired: true }],
    ['rights that it should not have', { superuser: true }],
    ['a search path', { settings: settingsSet(roles.probe).map((each) => each.replace('pg_catalog', 'public')) }],
    ['no settings against those of its database, as by earlier versions', { settings: ['search_path=pg_catalog'] }],
  ])('one that was given %s is mended, and no other', (_, change) => {
    const script = ownRolesScript(changed(roles.probe, change), passwords, 17);
    expect(script).toContain(`ALTER ROLE ${roles.probe} LOGIN NOSUPERUSER`);
    expect(script).not.toContain('CREATE ROLE');
    expect(script).not.toContain(roles.reader);
  });

  // As an empty string it would be one library without a name, and no probe could log in.
  test('preload no library, whatever the database is set to', () => {
    expect(settingsSet(roles.probe)).toContain('local_preload_libraries=');
    expect(ownRolesScript({}, passwords, 17)).toContain(
      `SELECT set_config('local_preload_libraries', '', false);\nALTER ROLE ${roles.probe} SET local_preload_libraries FROM CURRENT`,
    );
  });

  test('never reach the server with their passwords', () => {
    const script = ownRolesScript({}, passwords, 17);
    for (const password of Object.values(passwords)) expect(script).not.toContain(password);
  });
});
