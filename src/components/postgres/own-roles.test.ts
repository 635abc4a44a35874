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

const asMade: KnownRoles['roles'] = Object.fromEntries(
  Object.entries(passwords).map(([name, password]) => [
    roles[name as keyof typeof passwords],
    { verifier: scramVerifier(password), login: true, superuser: name === 'own', expired: false },
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
  ])('one that was given %s is mended, and no other', (_, change) => {
    const script = ownRolesScript(changed(roles.probe, change), passwords, 17);
    expect(script).toContain(`ALTER ROLE ${roles.probe} LOGIN NOSUPERUSER`);
    expect(script).not.toContain('CREATE ROLE');
    expect(script).not.toContain(roles.reader);
  });

  test('never reach the server with their passwords', () => {
    const script = ownRolesScript({}, passwords, 17);
    for (const password of Object.values(passwords)) expect(script).not.toContain(password);
  });
});
