/** What the servers of a database without a primary report to hold. */
export interface Holdings {
  /** Those that answered. */
  readonly heard: readonly Holding[];
  /** Names of the servers that have a container and did not say what they hold. */
  readonly unheard: readonly string[];
  /** Bytes of WAL: the position that the last leader reported last; null if it is not known. */
  readonly last_known: number | null;
  /** Of Patroni in a synchronous mode: the servers that each commit of this leader waits for. Absent: none, or not known. */
  readonly synchronous?: { readonly leader: string; readonly standbys: readonly string[] };
}

export interface Holding {
  readonly name: string;
  readonly timeline: number;
  /** Bytes of WAL: the end of what it has received or replayed. */
  readonly position: number;
  /** Whether it takes writes. Absent: it does not. */
  readonly takes_writes?: true;
}

/** The most advanced server: a later timeline includes everything before it. Null if none answered. */
export const furthestOf = (heard: readonly Holding[]): Holding | null =>
  heard.toSorted((a, b) => b.timeline - a.timeline || b.position - a.position)[0] ?? null;

/** As PostgreSQL writes a position: `0/5000060`. */
export const formatPosition = (bytes: number): string =>
  `${Math.floor(bytes / 2 ** 32)
    .toString(16)
    .toUpperCase()}/${(bytes % 2 ** 32).toString(16).toUpperCase()}`;

/** What is lost if `candidate` leads, for the operator who has to confirm it. */
export const lossOf = (
  candidate: Holding,
  { heard, unheard, last_known }: Holdings,
  leader: string,
): readonly string[] => [
  leadsLine(candidate, heard),
  unseenSince(candidate, last_known, leader),
  ...unheardLines(candidate, unheard),
];

/** Of the most advanced one. */
export const leadsLine = (candidate: Holding, heard: readonly Holding[]): string =>
  [
    `${candidate.name} will lead: it is the most advanced of those that answer, at ${formatPosition(candidate.position)}`,
    ...heard
      .filter(({ name }) => name !== candidate.name)
      .map(({ name, position }) => `; ${name} is at ${formatPosition(position)}`),
    '.',
  ].join('');

/** What a leader that says nothing any more had that `candidate` lacks. */
export const unseenSince = (candidate: Holding, last_known: number | null, leader: string): string =>
  last_known === null
    ? `The last position of ${leader} is not known, so neither is how much is lost: every write that ${candidate.name} has not received.`
    : last_known > candidate.position
      ? `${leader} was at ${formatPosition(last_known)} when last seen: the last ${last_known - candidate.position} ` +
        'bytes of WAL, and anything written after that, are lost for good.'
      : `${candidate.name} has everything that ${leader} had when last seen (${formatPosition(last_known)}); anything ` +
        'written after that is lost for good.';

export const unheardLines = (candidate: Holding, unheard: readonly string[]): readonly string[] =>
  unheard.map(
    (name) =>
      `${name} exists but does not answer. It may hold more writes; they are lost when ${candidate.name} leads.`,
  );
