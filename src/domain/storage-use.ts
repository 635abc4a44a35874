import { sizeOf } from './container-spec.ts';
import type { Database } from './database.ts';
import type { LiveState } from './live-state.ts';
import { memoryText } from './server-size.ts';

/** What the data of each server may take, and what those of the fullest one take. */
export interface StorageUse {
  /** Null without a limit. */
  readonly limit_bytes: number | null;
  /** Databases and WAL of the server that has most of them; null where it is not known. */
  readonly used_bytes: number | null;
}

/** Shares of the limit from which on it is said, and said again. */
export const storageShares = { much: 0.8, nearly: 0.95 } as const;
export type StorageLevel = 'much' | 'nearly';

export const storageUse = (
  { size, topology }: Pick<Database, 'size' | 'topology'>,
  { nodes }: Pick<LiveState, 'nodes'>,
): StorageUse => {
  const own = new Set(topology.nodes.filter(({ kind }) => kind === 'postgres').map(({ name }) => name));
  const used = nodes.flatMap(({ name, facts }) => (own.has(name) ? (facts?.volume_bytes ?? []) : []));
  return {
    limit_bytes: sizeOf({ ...(size && { size }) }).storage_bytes ?? null,
    used_bytes: used.length === 0 ? null : Math.max(...used),
  };
};

/** Null where nothing has to be said. */
export const storageLevel = ({ limit_bytes, used_bytes }: StorageUse): StorageLevel | null => {
  if (limit_bytes === null || used_bytes === null) return null;
  const share = used_bytes / limit_bytes;
  return share >= storageShares.nearly ? 'nearly' : share >= storageShares.much ? 'much' : null;
};

const mebibyte = 1024 ** 2;

/** `31 of 50 GiB`, `1.4 of 2 GiB`, `900 of 1536 MiB`; without a limit `31 GiB`. */
export const useText = ({ limit_bytes, used_bytes }: StorageUse): string => {
  if (limit_bytes === null) return used_bytes === null ? 'not known' : countedIn(used_bytes, 1024 * mebibyte, ' GiB');
  const limit = memoryText(limit_bytes);
  if (used_bytes === null) return `an unknown part of ${limit}`;
  const unit = limit.endsWith('GiB') ? 1024 * mebibyte : mebibyte;
  return `${countedIn(used_bytes, unit, '')} of ${limit}`;
};

/** Never more than there is: at ten and above whole numbers. */
const countedIn = (bytes: number, unit: number, name: string): string => {
  const count = bytes / unit;
  return `${count < 10 ? Math.floor(count * 10) / 10 : Math.floor(count)}${name}`;
};

/** A sentence for `status`; null where nothing has to be said. */
export const storageNotice = (name: string, use: StorageUse): string | null => {
  const level = storageLevel(use);
  if (level === null) return null;
  const share = Math.floor((use.used_bytes! / use.limit_bytes!) * 100);
  return (
    `The data of ${name} take ${useText(use)}, ${share} % of its limit. pgrow does not stop it from growing: ` +
    `remove what is not needed, or raise the limit: ./pgrow change ${name} --storage SIZE`
  );
};
