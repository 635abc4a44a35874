import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { useLocation } from 'wouter';
import styles from './parts.module.css';

export interface MenuEntry {
  readonly label: ReactNode;
  /** A sentence below it; of one that cannot be chosen, why. */
  readonly note?: ReactNode;
  /** It stays among the others, and the arrow keys reach it. */
  readonly refused?: boolean;
  readonly href?: string;
  readonly onSelect?: () => void;
}

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

/** Opens below its trigger, which has to be a button. */
export const Menu = ({
  trigger,
  entries,
  onOpen,
}: {
  readonly trigger: ReactElement;
  readonly entries: readonly MenuEntry[];
  /** Such as to ask what to offer. */
  readonly onOpen?: () => void;
}): ReactNode => (
  <Base.Root onOpenChange={(isOpen) => isOpen && onOpen?.()}>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner sideOffset={4} align="start">
        <Base.Popup className={styles['menu']}>
          <Items entries={entries} />
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);

/** One menu for the many rows of a list: it opens below the button that was pressed and gives the focus back to it. */
export const SharedMenu = ({
  anchor,
  onClose,
  entries,
}: {
  /** Null while it is closed. */
  readonly anchor: HTMLElement | null;
  readonly onClose: () => void;
  readonly entries: readonly MenuEntry[];
}): ReactNode => (
  <Base.Root open={anchor !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
    <Base.Portal>
      <Base.Positioner anchor={anchor} sideOffset={4} align="end">
        <Base.Popup className={styles['menu']} finalFocus={() => anchor}>
          <Items entries={entries} />
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);
