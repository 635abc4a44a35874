import type { CutOver } from '../domain/step-actions.ts';
import type { Database } from '../domain/database.ts';
import type { Wanted } from '../domain/looks.ts';
import { readCircumstances } from './circumstances.ts';
import type { Dependencies, SessionDependencies } from './dependencies.ts';
import { hasStayed } from './has-stayed.ts';
import { openSession } from './session.ts';

/** What planning asks the nodes; the API and the worker ask the same. */
export const nodeReaders = (dependencies: SessionDependencies & Pick<Dependencies, 'images'>) => ({
  readCircumstances: (database: Database, wanted: Wanted) => readCircumstances(dependencies, database, wanted),
  hasStayed: async (serviceId: string, input: CutOver) =>
    hasStayed({ dependencies, session: await openSession(dependencies, serviceId), input }),
});
