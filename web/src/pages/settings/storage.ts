import type { Status } from '../../data/types.ts';
import { memoryText } from '../../format/numbers.ts';

/** Bytes; null where they are not known, or there is no limit. */
export interface Storage {
  readonly limit: number | null;
  /** Databases and WAL of the fullest server. */
  readonly used: number | null;
  /** 0 to 1, and more where the limit is exceeded. */
  readonly share: number | null;
}

export const storageOf = ({ storage: { limit_bytes: limit, used_bytes: used } }: Pick<Status, 'storage'>): Storage => ({
  limit,
  used,
  share: limit === null || used === null ? null : used / limit,
});

/** The share of the limit from which on `status` says it. */
export const muchShare = 0.8;

const mebibyte = 1024 ** 2;

/** `31 of 50 GiB`, `900 of 1536 MiB`; without a limit `31 GiB`; as `status` has it. */
export const usedText = ({ limit, used }: Storage): string => {
  if (used === null) return 'an unknown part';
  if (limit === null) return `${countText(used / (1024 * mebibyte))} GiB`;
  const text = memoryText(limit);
  return `${countText(used / (text.endsWith('GiB') ? 1024 * mebibyte : mebibyte))} of ${text}`;
};

/** Never more than there is: at ten and above whole numbers. */
const countText = (count: number): string => String(count < 10 ? Math.floor(count * 10) / 10 : Math.floor(count));
