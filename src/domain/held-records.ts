import type { Database } from './database.ts';
import type { Held } from './held.ts';
import { PgrowError } from './errors.ts';
import type { OperationWorkflow } from './inputs.ts';
import type { OperationDocument, OperationError } from './operation.ts';

/** One that was stopped on purpose, or whose record is held: it is looked at and nothing else. */
export const isLeftAlone = ({ held, topology }: Pick<Database, 'held' | 'topology'>): boolean =>
  held !== undefined || topology.stopped === true;

interface MaybeHeld {
  readonly name: string;
  readonly held?: Held;
}

/** @throws PgrowError `refused` for what would act on a record that is held; to remove a database with all its nodes is no such thing */
export const refuseHeld = (workflow: OperationWorkflow, { name, held }: MaybeHeld): void => {
  if (held && workflow !== 'destroyDatabase') throw new PgrowError('refused', [...heldNotices(name, held)].join(' '));
};

/** The error of an operation that runs on record, while the engine shows that it is not the last one, or has ended; else null. */
export const unknownEnd = (last: Pick<OperationDocument, 'status'> | null, held: Held): OperationError | null =>
  last?.status === 'running' && held.differences.some(({ of }) => of === 'operation')
    ? {
        code: 'needs_operator',
        message: `It was running when the backup of ${held.taken_at} was taken. How it ended is not known.`,
        step: null,
        left_over: [],
      }
    : null;

/** Sentences for an operator. */
export const heldNotices = (name: string, { taken_at, compared_at, differences }: Held): readonly string[] => {
  const origin = `The record of ${name} comes from a backup of ${taken_at}`;
  if (compared_at === null)
    return [`${origin} and has not been compared with its nodes yet. The monitor does that within seconds.`];
  return [
    `${origin} and is not what was found on the Docker engine, so nothing acts on ${name}.`,
    ...differences.map(({ text }) => text),
    `Restore a later backup; or make the nodes as the record has them, and the hold ends; or, if the record is right: ./pgrow release ${name}`,
  ];
};
