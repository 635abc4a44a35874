import { ports } from './naming.ts';

/** What an operator checks first when copying a server fails: the disk, the WAL kept for it, the network. */
export interface CopyFacts {
  /** The server that is copied. */
  readonly source: string;
  /** Where the engine keeps its volumes; infinite where that cannot be seen. */
  readonly freeBytes: number | Unknown;
  readonly sizeBytes: number | Unknown;
  readonly slots: readonly KeptWal[] | Unknown;
  /** What the new node says of the way to the server. */
  readonly reached: string;
}

/** Why something is not known. */
export interface Unknown {
  readonly because: string;
}

interface KeptWal {
  readonly name: string;
  readonly active: boolean;
  readonly wal_status: string | null;
  readonly kept_bytes: number;
}

export const tellCopyFacts = ({ source, freeBytes, sizeBytes, slots, reached }: CopyFacts): string =>
  [
    `Disk: ${amount(freeBytes)} free where Docker keeps its volumes, a copy of ${source} takes ${amount(sizeBytes)}.`,
    `WAL kept on ${source}: ${keptWal(slots)}.`,
    `Network: ${source}:${ports.postgres} ${answersWorker(slots)}; ${reached}.`,
  ].join(' ');

const keptWal = (slots: CopyFacts['slots']): string => {
  if ('because' in slots) return `not known (${slots.because})`;
  if (slots.length === 0) return 'none, it has no replication slot';
  return slots
    .map(
      ({ name, active, wal_status, kept_bytes }) =>
        `slot ${name} ${amount(kept_bytes)} (${wal_status ?? 'nothing reserved'}, ${active ? 'in use' : 'not in use'})`,
    )
    .join(', ');
};

/** The slots are asked for over a connection of the worker. */
const answersWorker = (slots: CopyFacts['slots']): string =>
  'because' in slots ? 'does not answer the worker' : 'answers the worker';

const amount = (bytes: number | Unknown): string => {
  if (typeof bytes !== 'number') return `an unknown amount (${bytes.because})`;
  return Number.isFinite(bytes) ? `${Math.ceil(bytes / 1_048_576)} MB` : 'an unknown amount';
};
