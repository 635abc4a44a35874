import type { Database } from '../domain/database.ts';
import { markLabels, markName, marksOf } from '../domain/naming.ts';
import { markIn, type OperationMark } from '../domain/operation-mark.ts';
import type { Platform } from '../platform/platform.ts';

type Engine = Pick<Platform, 'ensureVolume' | 'removeVolume' | 'findByLabels' | 'readLabels'>;
type Marked = Pick<Database, 'id' | 'name' | 'home'>;

/** Labels never change: the new mark is made first, and then those before it are removed. Idempotent. */
export const markOperation = async (platform: Engine, database: Marked, mark: OperationMark): Promise<void> => {
  const name = markName(database, mark);
  await platform.ensureVolume({ name, labels: markLabels(database, mark) });
  const { volumes } = await platform.findByLabels(marksOf(database.home, database.id));
  for (const before of volumes.filter((volume) => volume !== name)) await platform.removeVolume(before);
};

/** More than one if pgrow died between making one and removing the one before. */
export const readMarks = async (
  platform: Engine,
  { home, id }: Pick<Marked, 'home' | 'id'>,
): Promise<readonly OperationMark[]> => {
  const { volumes } = await platform.findByLabels(marksOf(home, id));
  const labels = await Promise.all(volumes.map((volume) => platform.readLabels('volume', volume)));
  return labels.flatMap((each) => (each ? (markIn(each) ?? []) : []));
};

/** Of a database that is no more. */
export const removeMarks = async (platform: Engine, { home, id }: Pick<Marked, 'home' | 'id'>): Promise<void> => {
  const { volumes } = await platform.findByLabels(marksOf(home, id));
  for (const volume of volumes) await platform.removeVolume(volume);
};
