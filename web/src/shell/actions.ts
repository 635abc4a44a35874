import { changeSearch, type Change } from '../data/changes.ts';
import type { Status } from '../data/types.ts';
import { wordsOf } from '../format/stages.ts';
import { databasePath } from './of-database.ts';

/** Something that can be done to a database as a whole. It opens a plan; nothing happens before its last button. */
export interface Action {
  readonly label: string;
  readonly href: string;
  /** Why it makes no sense now. The API decides; this only says what its plan would say. */
  readonly refused: string | null;
}

type Acted = Pick<Status, 'project' | 'name' | 'health' | 'nodes' | 'operation' | 'checkpoint'>;

export const actionsOf = (status: Acted): readonly Action[] => {
  const { project, name, health, nodes, operation, checkpoint } = status;
  const page = (path: string): string => databasePath(project, name, path);
  const to = (change: Change): string => `${page('')}${changeSearch(change)}`;
  const busy = operation ? `${wordsOf(operation.type)} is running` : null;
  const isStopped = health === 'stopped';
  const down = isStopped ? 'it is stopped' : null;
  const hasReplica = nodes.some(({ kind, role, kept }) => kind === 'postgres' && role !== 'primary' && kept === null);
  const alone = hasReplica ? null : 'there is no other server that could lead';
  const action = (label: string, kind: Change['kind'], refused: string | null): Action => ({
    label,
    href: to({ kind, body: {} }),
    refused: busy ?? refused,
  });
  return [
    { label: 'Scale …', href: page('scale'), refused: null },
    { label: 'Change settings …', href: page('settings'), refused: null },
    { label: 'Change memory and CPUs …', href: `${page('settings')}?edit=memory`, refused: null },
    action('Switch over …', 'switchover', down ?? alone),
    action('Fail over …', 'failover', down ?? alone),
    action('Repair …', 'repair', down),
    action('Roll back …', 'rollback', checkpoint ? null : 'no rollback window is open'),
    action('Take a snapshot …', 'snapshots', down),
    { label: 'Restore a snapshot …', href: page('backups'), refused: null },
    isStopped ? action('Start …', 'start', null) : action('Stop …', 'stop', null),
    action('Destroy …', 'destroy', null),
  ];
};
