import type { Status } from '../../data/types.ts';

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
