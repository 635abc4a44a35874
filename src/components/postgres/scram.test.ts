import { describe, expect, test } from 'vitest';
import { matchesVerifier, scramVerifier } from './scram.ts';

describe('a SCRAM verifier', () => {
  test('is what PostgreSQL 17 itself stored for this password and salt', () => {
    const stored =
      'SCRAM-SHA-256$4096:NUh9ibebKBxMTEUrKgjKPg==$d+Lh++nin7Lhf9WLtp7ICeFtHspNcIoPNDo3wvmsJi0=:9NLhlT/uV3Kt34u4KDiq8PmEevWU2CBZIfk32uAprH0=';
    expect(scramVerifier('pencil', { salt: Buffer.from('NUh9ibebKBxMTEUrKgjKPg==', 'base64') })).toBe(stored);
  });

  test('does not contain the password, and differs each time', () => {
    const verifier = scramVerifier('correct horse');
    expect(verifier).not.toContain('correct');
    expect(scramVerifier('correct horse')).not.toBe(verifier);
  });

  test.each([
    ['the same password', 'secret', true],
    ['another password', 'Secret', false],
  ])('matches %s: %s', (_, password, matches) => {
    expect(matchesVerifier(password, scramVerifier('secret'))).toBe(matches);
  });

  test('matches however often it was stretched', () => {
    expect(matchesVerifier('secret', scramVerifier('secret', { iterations: 1 }))).toBe(true);
    expect(matchesVerifier('Secret', scramVerifier('secret', { iterations: 1 }))).toBe(false);
  });

  test('of another kind never matches', () => {
    expect(matchesVerifier('secret', 'md5d41d8cd98f00b204e9800998ecf8427e')).toBe(false);
  });
});
