import { PgrowError } from '../../domain/errors.ts';

/**
 * A log sequence number, a position in the WAL, in bytes: `16/B374D848` is 0x16B374D848.
 * @throws PgrowError `internal` when the text is none
 */
export const parseLsn = (lsn: string): bigint => {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(lsn);
  if (!match) throw new PgrowError('internal', `"${lsn}" is not a WAL position; one looks like 16/B374D848.`);
  return (BigInt(`0x${match[1]}`) << 32n) + BigInt(`0x${match[2]}`);
};

/** Bytes by which `a` is ahead of `b`; negative when it is behind. */
export const lsnDistance = (a: string, b: string): bigint => parseLsn(a) - parseLsn(b);
