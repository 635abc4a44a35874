import type { ReactElement, ReactNode } from 'react';
import { changeSearch } from '../data/changes.ts';
import type { Status } from '../data/types.ts';
import { Menu } from '../parts/menu.tsx';
import { databasePath } from './of-database.ts';

/** What can be done to a database as a whole. Each entry opens the plan of it. */
export const DatabaseMenu = ({
  status,
  trigger,
}: {
  readonly status: Status;
  readonly trigger: ReactElement;
}): ReactNode => {
  const to = (kind: 'stop' | 'start' | 'destroy') =>
    `${databasePath(status.project, status.name)}${changeSearch({ kind, body: {} })}`;
  return (
    <Menu
      trigger={trigger}
      entries={[
        status.health === 'stopped' ? { label: 'Start …', href: to('start') } : { label: 'Stop …', href: to('stop') },
        { label: 'Destroy …', href: to('destroy') },
      ]}
    />
  );
};
