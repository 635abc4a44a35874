import { z } from 'zod';

/** What each PostgreSQL server of a database is given. */
export interface ServerSize {
  /** Whole mebibytes. */
  readonly memory_bytes: number;
  /** In hundredths of a CPU: 0.25 is a quarter of one. */
  readonly cpus: number;
  /** Whole mebibytes that its data may take: watched and reported. Absent: no limit. */
  readonly storage_bytes?: number;
}

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const tebibyte = 1024 * gibibyte;

/** Of a database for which none was chosen, and of those made before there was a choice. */
export const usualSize: ServerSize = { memory_bytes: 1024 * mebibyte, cpus: 2 };

const units: Readonly<Record<string, number>> = { m: mebibyte, g: gibibyte, t: tebibyte };

/** `4GiB`, `4GB` and `4g` are the same, as in PostgreSQL and Docker. Null for what is no size of memory. */
export const bytesOf = (text: string): number | null => {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([mgt])(?:i?b)?$/i.exec(text.trim()) ?? [];
  if (count === undefined) return null;
  return Math.round((Number(count) * units[unit.toLowerCase()]!) / mebibyte) * mebibyte;
};

/** `4 GiB`, `768 MiB`. */
export const memoryText = (bytes: number): string =>
  bytes % gibibyte === 0 ? `${bytes / gibibyte} GiB` : `${Math.round(bytes / mebibyte)} MiB`;

const least = { memory_bytes: 512 * mebibyte, cpus: 0.25 };
const most = { memory_bytes: 4 * tebibyte, cpus: 512 };

export const memoryRule = '512MiB to 4TiB, at most what the host has: a number with MiB, GiB or TiB, such as 4GiB';
export const cpusRule = 'a number from 0.25 to 512, at most what the host has, with at most two decimals';

/** Memory as a person writes it, or in bytes; becomes bytes. */
export const memory = z
  .union([z.string(), z.int()], memoryRule)
  .transform((value) => (typeof value === 'string' ? bytesOf(value) : value))
  .refine(
    (bytes) => bytes !== null && bytes >= least.memory_bytes && bytes <= most.memory_bytes && bytes % mebibyte === 0,
    memoryRule,
  )
  .transform((bytes) => bytes!);

export const cpus = z
  .number()
  .refine((value) => value >= least.cpus && value <= most.cpus && Number(value.toFixed(2)) === value, cpusRule);

export const storageRule = '1GiB to 64TiB: a number with MiB, GiB or TiB, such as 50GiB';

/** What data may take, as a person writes it or in bytes; becomes bytes. */
export const storage = z
  .union([z.string(), z.int()], storageRule)
  .transform((value) => (typeof value === 'string' ? bytesOf(value) : value))
  .refine(
    (bytes) => bytes !== null && bytes >= gibibyte && bytes <= 64 * tebibyte && bytes % mebibyte === 0,
    storageRule,
  )
  .transform((bytes) => bytes!);

interface ChosenSize {
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
  readonly storage?: number | undefined;
}

/** What was chosen, and for the rest what it would be otherwise. */
export const chosenSize = (chosen: ChosenSize, otherwise: ServerSize = usualSize): ServerSize => {
  const storage_bytes = chosen.storage ?? otherwise.storage_bytes;
  return {
    memory_bytes: chosen.memory ?? otherwise.memory_bytes,
    cpus: chosen.cpus ?? otherwise.cpus,
    ...(storage_bytes !== undefined && { storage_bytes }),
  };
};

/** As documents show it: null for no limit. */
export const sizeDocument = ({ memory_bytes, cpus: share, storage_bytes }: ServerSize) => ({
  memory_bytes,
  cpus: share,
  storage_bytes: storage_bytes ?? null,
});

/** What an engine's machine has in all. */
export type Capacity = ServerSize;

/** Why a server of this size cannot run there, in words; null when it can. */
export const beyondCapacity = (size: ServerSize, has: Capacity): string | null => {
  const problems = [
    ...(size.memory_bytes > has.memory_bytes
      ? [`memory is ${memoryText(size.memory_bytes)}, and the host has ${memoryText(has.memory_bytes)}`]
      : []),
    ...(size.cpus > has.cpus ? [`cpus is ${size.cpus}, and the host has ${has.cpus}`] : []),
  ];
  return problems.length === 0 ? null : problems.join('; ');
};
