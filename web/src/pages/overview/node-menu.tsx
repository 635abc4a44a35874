import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { changeSearch } from '../../data/changes.ts';
import { Button } from '../../parts/button.tsx';
import { Menu, type MenuEntry } from '../../parts/menu.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import type { Card } from './picture.ts';

interface NodeMenuProps {
  readonly of: OfDatabase;
  readonly card: Card;
  /** Of the database: without replicas there is nowhere to lead from. */
  readonly servers: number;
  /** What cannot be seen is not offered to be repaired. */
  readonly mayRepair: boolean;
}

/** What can be done with one node. A change opens its plan, which says whether it can be done now. */
export const NodeMenu = ({ of, card, servers, mayRepair }: NodeMenuProps): ReactNode => (
  <Menu
    trigger={
      <Button look="quiet" icon aria-label={`Actions for ${card.name}`}>
        <Ellipsis size={16} aria-hidden />
      </Button>
    }
    entries={entriesOf(of, card, servers, mayRepair)}
  />
);

const entriesOf = (
  { project, name }: OfDatabase,
  card: Card,
  servers: number,
  mayRepair: boolean,
): readonly MenuEntry[] => {
  const change = (search: string) => databasePath(project, name) + search;
  const isReplica = card.kind === 'postgres' && card.standing !== 'kept' && !card.leads && servers > 1;
  return [
    ...(isReplica
      ? [
          {
            label: 'Lead …',
            note: 'Writes move to it',
            href: change(changeSearch({ kind: 'switchover', body: { target_node: card.name } })),
          },
          {
            label: 'Rebuild …',
            note: 'Its data is copied from another node',
            href: change(changeSearch({ kind: 'reinitialize', body: { node: card.name } })),
          },
        ]
      : []),
    ...(mayRepair && card.tone === 'bad'
      ? [
          {
            label: 'Repair …',
            note: 'It is started, or made once more',
            href: change(changeSearch({ kind: 'repair', body: { node: card.name } })),
          },
        ]
      : []),
    { label: 'Details', href: `${databasePath(project, name)}?at=${encodeURIComponent(card.name)}` },
    { label: 'Logs', href: `${databasePath(project, name, 'logs')}?node=${encodeURIComponent(card.name)}` },
  ];
};
