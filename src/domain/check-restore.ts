import type { Database } from './database.ts';
import { PgrowError, type ErrorCode, type Problem } from './errors.ts';
import { invalidInput } from './input-problems.ts';
import type { OperationDocument } from './operation.ts';
import type { Snapshot } from './snapshot.ts';

export interface RestoreRequest {
  readonly source: Pick<Database, 'name'>;
  readonly snapshots: readonly Snapshot[];
  /** The operation of the source that runs: its snapshot goes if it is undone. */
  readonly running: Pick<OperationDocument, 'id' | 'type'> | null;
  /** Id of the snapshot, and name of the new database, as far as they can be read. */
  readonly wanted: { readonly snapshot?: unknown; readonly name?: unknown };
  /** Another database that has that name already. */
  readonly holder: Pick<Database, 'name'> | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What is wrong with the request by itself. */
  readonly malformed: readonly Problem[];
}

/**
 * Names everything at once that keeps a snapshot from being restored under a name.
 * @throws PgrowError `invalid_input` where something is no possible value, else `name_taken` or `refused`
 */
export const checkRestore = (request: RestoreRequest): void => {
  const found: readonly Found[] = [
    ...request.malformed.map((problem): Found => ({ code: 'invalid_input', problem })),
    ...snapshotProblems(request),
    ...nameProblems(request),
  ];
  const [first] = found;
  if (!first) return;
  const { message, problems } = invalidInput(
    'The restore',
    found.map(({ problem }) => problem),
  );
  throw new PgrowError(codeOf(found), message, { problems });
};

interface Found {
  readonly code: ErrorCode;
  readonly problem: Problem;
}

const codeOf = (found: readonly Found[]): ErrorCode =>
  (['invalid_input', 'refused'] as const).find((code) => found.some((each) => each.code === code)) ?? 'name_taken';

const snapshotProblems = (request: RestoreRequest): readonly Found[] => {
  const { source, snapshots, wanted } = request;
  const { snapshot: id } = wanted;
  if (typeof id !== 'string') return [];
  const snapshot = snapshots.find((candidate) => candidate.id === id);
  const reason = snapshot && unfit(snapshot, request);
  if (snapshot && reason === null) return [];
  const fit = snapshots.filter((candidate) => unfit(candidate, request) === null).map((each) => each.id);
  const there = fit.length > 0 ? fit.join(', ') : `none: ${source.name} has no snapshot that can be restored`;
  return [
    reason
      ? { code: 'refused', problem: { path: 'snapshot', value: id, allowed: `${there} (${reason})` } }
      : { code: 'invalid_input', problem: { path: 'snapshot', value: id, allowed: there } },
  ];
};

/** Why it is not restored; null if it can be. */
const unfit = (snapshot: Snapshot, { source, now, running }: RestoreRequest): string | null => {
  const { id, operation_id, expires_at, verified_at, damage } = snapshot;
  if (running && operation_id === running.id)
    return `it was taken by ${running.type} ${running.id}, which is still running`;
  if (expires_at !== null && Date.parse(expires_at) <= now) return `it expired at ${expires_at}`;
  if (damage !== null) return `it is damaged: ${damage}`;
  if (verified_at === null) return `it was never verified; to do so: ./pgrow snapshots ${source.name} --verify ${id}`;
  return null;
};

const nameProblems = ({ holder, wanted }: RestoreRequest): readonly Found[] =>
  holder ? [{ code: 'name_taken', problem: { path: 'name', value: wanted.name, allowed: 'a name that is free' } }] : [];
