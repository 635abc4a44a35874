import { expect, test } from 'vitest';
import { countCopies } from './copy-attempts.ts';

// On a disk that was too small a standby was copied for seven minutes, until someone stopped it: each copy counted as progress.
test('a third copy is one too many, however long the two before took', () => {
  const tooMany = countCopies();
  const looks = [false, true, true, false, true, true, true, false, false, true];
  expect(looks.map(tooMany)).toEqual([...looks.slice(0, -1).map(() => false), true]);
});
