import type { ReactElement, ReactNode } from 'react';
import type { Status } from '../data/types.ts';
import { Menu } from '../parts/menu.tsx';
import { actionsOf } from './actions.ts';

/** What can be done to a database as a whole. Each entry opens the plan of it. */
export const DatabaseMenu = ({
  status,
  trigger,
}: {
  readonly status: Status;
  readonly trigger: ReactElement;
}): ReactNode => (
  <Menu
    trigger={trigger}
    entries={actionsOf(status).map(({ label, href, refused }) => ({
      label,
      href,
      ...(refused !== null && { refused: true, note: refused }),
    }))}
  />
);
