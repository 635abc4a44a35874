import {
  formatPosition,
  furthestOf,
  leadsLine,
  unheardLines,
  unseenSince,
  type Holding,
  type Holdings,
} from './holdings.ts';

interface Failover {
  /** Name of the database. */
  readonly database: string;
  /** Name of the primary that is killed. */
  readonly old: string;
  readonly candidate: Holding;
  /** Of the servers besides the old primary. */
  readonly holdings: Holdings;
  /** Of the old primary, if it takes writes; null if it does not, or does not say. */
  readonly living: Holding | null;
  /** Why the old primary no longer lets pgrow in, in its own words; null if that is not why it says nothing. */
  readonly refuses: string | null;
  /** Whether every commit waited for the candidate, or for a server that holds nothing beyond it. */
  readonly confirmed: boolean;
}

/** What is lost by a failover, for the operator who has to confirm it. */
export const failoverLosses = (failover: Failover): readonly string[] => {
  const { database, old, candidate, holdings, living, refuses, confirmed } = failover;
  return [
    ...(living ? [`${old} takes writes. ./pgrow switchover ${database} moves them without a loss.`] : []),
    ...(refuses === null ? [] : [`${old} may take writes: it runs, and does not let pgrow in (${refuses}).`]),
    living ? positionsLine(candidate, holdings) : lineOfLeader(candidate, holdings),
    living ? lossWith(living, candidate) : unseenSince(candidate, holdings.last_known, old),
    ...(confirmed ? [`Nothing acknowledged is lost: every commit on ${old} waited for ${candidate.name}.`] : []),
    ...unheardLines(candidate, holdings.unheard),
  ];
};

const lineOfLeader = (candidate: Holding, { heard }: Holdings): string => {
  const furthest = furthestOf(heard);
  if (!furthest || !isBehind(candidate, furthest)) return leadsLine(candidate, heard);
  const between =
    furthest.timeline > candidate.timeline
      ? `${furthest.name} has followed a later primary, to ${formatPosition(furthest.position)}: what it has since then`
      : `${furthest.name} is at ${formatPosition(furthest.position)}: the ${furthest.position - candidate.position} bytes of WAL between them`;
  return `${candidate.name} will lead, at ${formatPosition(candidate.position)}. It is not the most advanced: ${between} are lost, which would not be if ${furthest.name} led.`;
};

/** Whether `other` holds what `one` does not. */
export const isBehind = (one: Holding, other: Holding): boolean =>
  other.timeline > one.timeline || (other.timeline === one.timeline && other.position > one.position);

/** While the old primary writes, who is ahead changes from one look to the next. */
const positionsLine = (candidate: Holding, { heard }: Holdings): string =>
  [candidate, ...heard.filter(({ name }) => name !== candidate.name)]
    .map(
      ({ name, position }, index) => `${name} ${index === 0 ? 'will lead, at' : 'is at'} ${formatPosition(position)}`,
    )
    .join('; ') + '.';

const lossWith = (living: Holding, candidate: Holding): string =>
  `${living.name} is at ${formatPosition(living.position)}: what ${candidate.name} does not receive of that and of what is written ` +
  `before ${living.name} is killed is lost for good, ${Math.max(0, living.position - candidate.position)} bytes of WAL by now.`;
