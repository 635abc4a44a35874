import { type ReactNode, useCallback, useState } from 'react';
import { changeSearch } from '../../data/changes.ts';
import type { DatabaseEntry } from '../../data/types.ts';
import { SharedMenu, type MenuEntry } from '../../parts/menu.tsx';
import { databasePath } from '../../shell/of-database.ts';

interface Opened {
  readonly id: string;
  readonly anchor: HTMLElement;
}

/** One menu for all rows: five hundred of them would take longer to draw than the rows. */
export const useRowMenu = (entries: readonly DatabaseEntry[]) => {
  const [opened, setOpened] = useState<Opened | null>(null);
  const open = useCallback((id: string, anchor: HTMLElement) => setOpened({ id, anchor }), []);
  const entry = entries.find(({ id }) => id === opened?.id);
  const menu: ReactNode = (
    <SharedMenu
      anchor={entry ? opened!.anchor : null}
      onClose={() => setOpened(null)}
      entries={entry ? entriesOf(entry) : []}
    />
  );
  return { open, menu };
};

const entriesOf = ({ project, name, health }: DatabaseEntry): readonly MenuEntry[] => {
  const page = (path: string) => databasePath(project, name, path);
  const change = (kind: 'stop' | 'start' | 'destroy') => `${page('')}${changeSearch({ kind, body: {} })}`;
  return [
    { label: 'Connect', href: page('connect') },
    { label: 'Scale', href: page('scale') },
    { label: 'Settings', href: page('settings') },
    { label: 'Backups', href: page('backups') },
    { label: 'Operations', href: page('operations') },
    health === 'stopped' ? { label: 'Start …', href: change('start') } : { label: 'Stop …', href: change('stop') },
    { label: 'Destroy …', href: change('destroy') },
  ];
};
