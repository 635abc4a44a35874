import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { get, postgresPath } from '../data/api.ts';
import type { ChangeKind } from '../data/changes.ts';
import { keys } from '../data/keys.ts';
import type { Candidates, Status } from '../data/types.ts';
import { bytesText } from '../format/numbers.ts';
import { SelectField } from '../parts/field.tsx';
import type { OfDatabase } from '../shell/of-database.ts';

type Candidate = Candidates['candidates'][number];

/** Nodes that could lead, the best first: who could is true for a moment only. */
export const useCandidates = ({ project, name }: OfDatabase, isWanted = true) =>
  useQuery({
    queryKey: keys.of(project, name, 'candidates'),
    queryFn: ({ signal }) => get<Candidates>(postgresPath(project, name, 'candidates'), signal),
    enabled: isWanted,
    staleTime: 5000,
    select: ({ leader, candidates }) => ({ leader, candidates: candidates.toSorted(byFitness) }),
  });

const byFitness = (a: Candidate, b: Candidate): number =>
  Number(b.fit) - Number(a.fit) ||
  Number(b.synchronous) - Number(a.synchronous) ||
  (a.lag_bytes ?? Infinity) - (b.lag_bytes ?? Infinity);

/** `postgres-5 · 0 B behind · synchronous`, and of one that is not fit, why. */
export const candidateText = ({ name, lag_bytes, synchronous, reason }: Candidate): string =>
  [
    name,
    lag_bytes === null ? 'lag unknown' : `${bytesText(lag_bytes)} behind`,
    synchronous ? 'synchronous' : '',
    reason ?? '',
  ]
    .filter(Boolean)
    .join(' · ');

interface CandidateFieldProps {
  readonly status: Status;
  readonly kind: ChangeKind;
  readonly value: unknown;
  readonly error: string | null;
  readonly onChange: (node: string | undefined) => void;
}

/** Who takes over. A failover may want one that is not fit: the API says what of it is lost. */
export const CandidateField = ({ status, kind, value, error, onChange }: CandidateFieldProps): ReactNode => {
  const { data } = useCandidates(status);
  const chosen = typeof value === 'string' ? value : '';
  const candidates = data?.candidates ?? [];
  return (
    <SelectField
      label="Node that takes over"
      error={error}
      value={chosen}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">the one that is least behind</option>
      {!candidates.some(({ name }) => name === chosen) && chosen !== '' && <option value={chosen}>{chosen}</option>}
      {candidates.map((candidate) => (
        <option
          key={candidate.name}
          value={candidate.name}
          disabled={kind === 'switchover' && !candidate.fit && candidate.name !== chosen}
        >
          {candidateText(candidate)}
        </option>
      ))}
    </SelectField>
  );
};
