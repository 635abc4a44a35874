import { compareRecord, type FoundContainer, type OnEngine } from '../domain/compare-record.ts';
import type { Database } from '../domain/database.ts';
import type { Difference } from '../domain/held.ts';
import { labelNames } from '../domain/naming.ts';
import type { SessionDependencies } from './dependencies.ts';
import { takesWrites } from './has-stayed.ts';
import { readPatroniLeader } from './leader.ts';
import { readMarks } from './operation-marks.ts';
import { openSession } from './session.ts';

/** What is different between the record of a database and its nodes. Only looks. */
export const compareWithNodes = async (
  dependencies: SessionDependencies,
  database: Database,
): Promise<readonly Difference[]> => {
  const last = await dependencies.store.readLastOperation(database.id);
  return compareRecord({ database, last }, await lookAtEngine(dependencies, database));
};

const lookAtEngine = async (dependencies: SessionDependencies, database: Database): Promise<OnEngine> => {
  const { platform } = dependencies;
  const { home, id, topology } = database;
  const [marks, listed] = await Promise.all([
    readMarks(platform, database),
    platform.listContainers({ [labelNames.home]: home, [labelNames.database]: id }),
  ]);
  const containers = listed
    .filter(({ labels }) => labels[labelNames.node] !== undefined)
    .map(({ name, labels, running }): FoundContainer => ({
      name,
      operation: labels[labelNames.operation] ?? null,
      running,
    }));
  if (topology.stopped) return { marks, containers, leader: null, takesWrites: null };
  const leader = topology.ha ? ((await readPatroniLeader(dependencies, database))?.name ?? null) : null;
  const primary = topology.nodes.find(({ name }) => name === (leader ?? topology.primary));
  if (!primary || (topology.ha && leader === null)) return { marks, containers, leader, takesWrites: null };
  const session = await openSession(dependencies, id);
  const writes = takesWrites(dependencies, session, primary).catch(() => null);
  return { marks, containers, leader, takesWrites: await writes };
};
