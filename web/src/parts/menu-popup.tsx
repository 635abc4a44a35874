import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { MenuEntry, SharedMenuProps } from './menu.tsx';
import styles from './parts.module.css';

const Items = ({ entries }: { readonly entries: readonly MenuEntry[] }): ReactNode => {
  const [, navigate] = useLocation();
  return entries.map((entry, index) => (
    <Base.Item
      // Entries have no identity of their own, and none of them moves while the menu is open.
      key={index}
      className={styles['item']}
      disabled={entry.refused === true}
      onClick={() => {
        if (entry.href !== undefined) navigate(entry.href);
        entry.onSelect?.();
      }}
    >
      {entry.label}
      {entry.note !== undefined && <span className={styles['itemNote']}>{entry.note}</span>}
    </Base.Item>
  ));
};

/** What a menu looks like once it is open. */
export const MenuPopup = ({ anchor, onClose, entries, align = 'end' }: SharedMenuProps): ReactNode => (
  <Base.Root open={anchor !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
    <Base.Portal>
      <Base.Positioner anchor={anchor} sideOffset={4} align={align}>
        <Base.Popup className={styles['menu']} finalFocus={() => anchor}>
          <Items entries={entries} />
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);
