import { expect, test } from 'vitest';
import { refuseUnusedHow } from './rotation.ts';

test('how a password is replaced is nothing that certificates take', () => {
  const refused = () => refuseUnusedHow('The request', { what: 'certificates', how: 'at_once' });
  expect(refused).toThrow('how is "at_once", allowed: nothing where "what" is "certificates"');
});

test.each([{ what: 'certificates' }, { what: 'password', how: 'at_once' }, { how: 'at_once' }, {}, null])(
  'everything else is taken: %j',
  (input) => expect(() => refuseUnusedHow('The request', input)).not.toThrow(),
);
