import { describe, expect, test } from 'vitest';
import { pooledTopology, sampleDatabase } from '../../../test/support/sample-database.ts';
import type { Database } from '../database.ts';
import { toConfirm } from '../confirmation.ts';
import type { RotationFacts } from '../rotation.ts';
import { planRotate } from './rotate.ts';

const asUsual: RotationFacts = { login: true, expired: false, password: 'recorded' };
const plan = (found: Partial<RotationFacts> = {}) =>
  planRotate({ database: sampleDatabase('shop'), rotation: { ...asUsual, ...found } });

describe('a rotation of the application password', () => {
  test('says by name what changes, and is confirmed first: later logins need the new one', () => {
    const { changes, warnings, steps, from, to, expected_stall_ms } = plan();
    expect(changes).toEqual([
      { subject: 'password', name: 'shop', from: 'the present one', to: 'a new one', takes_effect: 'live' },
    ]);
    expect(warnings).toEqual([expect.stringContaining('Logins with the present password of shop fail from step 2 on')]);
    expect(toConfirm(plan())).toEqual(warnings);
    expect({ to, expected_stall_ms }).toEqual({ to: from, expected_stall_ms: 0 });
    expect(steps.map(({ run, undo }) => [run.action, ...undo.map(({ action }) => action)])).toEqual([
      ['makeNextPassword', 'forgetNextPassword'],
      ['changePassword', 'restorePassword'],
      ['adoptPassword', 'disownPassword'],
    ]);
  });

  test.each([
    ['other', 'was changed without pgrow'],
    ['none', 'has no password now'],
    ['next', 'did not finish'],
  ] as const)('says what it is about to replace: %s', (password, says) => {
    expect(plan({ password }).warnings.join(' ')).toContain(says);
  });

  test('says of a password that is not known that poolers cannot be shown it again', () => {
    const says = 'until then its sessions may fail';
    const warnings = (topology?: Database['topology']) =>
      planRotate({
        database: { ...sampleDatabase('shop'), ...(topology && { topology }) },
        rotation: { ...asUsual, password: 'other' },
      }).warnings.join(' ');
    expect(warnings(pooledTopology(sampleDatabase('shop')))).toContain(says);
    expect(warnings()).not.toContain(says);
  });

  test.each([
    [{ login: false }, 'ALTER ROLE "shop" LOGIN'],
    [{ expired: true }, `ALTER ROLE "shop" VALID UNTIL 'infinity'`],
  ])('is refused where a new password would let no one in: %o', (found, remedy) => {
    expect(() => plan(found)).toThrow(remedy);
  });

  test('is refused where no server takes writes', () => {
    expect(() => planRotate({ database: sampleDatabase('shop'), rotation: null })).toThrow('takes writes');
  });
});
