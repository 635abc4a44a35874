import { cloneElement, type KeyboardEvent, type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { lazyPart } from './lazy-part.ts';

export interface MenuEntry {
  readonly label: ReactNode;
  /** A sentence below it; of one that cannot be chosen, why. */
  readonly note?: ReactNode;
  /** It stays among the others, and the arrow keys reach it. */
  readonly refused?: boolean;
  readonly href?: string;
  readonly onSelect?: () => void;
}

export interface SharedMenuProps {
  /** The button that it belongs to; null while it is closed. */
  readonly anchor: HTMLElement | null;
  readonly onClose: () => void;
  readonly entries: readonly MenuEntry[];
  /** With which of the button's sides it is flush. */
  readonly align?: 'start' | 'end';
}

/** What draws it is a fifth of all that a page has to fetch: it comes with the first menu that is opened. */
const fetchPopup = () => import('./menu-popup.tsx');
const MenuPopup = lazyPart(fetchPopup, 'MenuPopup');

/** One menu for the many rows of a list: it opens below the button that was pressed and gives the focus back to it. */
export const SharedMenu = (props: SharedMenuProps): ReactNode => {
  const [wasOpen, setWasOpen] = useState(false);
  if (props.anchor !== null && !wasOpen) setWasOpen(true);
  if (props.anchor === null && !wasOpen) return null;
  return (
    <Suspense fallback={null}>
      <MenuPopup {...props} />
    </Suspense>
  );
};

interface TriggerProps {
  readonly 'aria-haspopup'?: 'menu';
  readonly 'aria-expanded'?: boolean;
  readonly onClick?: (event: { readonly currentTarget: HTMLElement }) => void;
  readonly onPointerEnter?: () => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void;
}

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
}): ReactNode => {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const open = (button: HTMLElement): void => {
    setAnchor(button);
    onOpen?.();
  };
  return (
    <>
      {cloneElement(trigger as ReactElement<TriggerProps>, {
        'aria-haspopup': 'menu',
        'aria-expanded': anchor !== null,
        onPointerEnter: () => void fetchPopup(),
        onClick: ({ currentTarget }) => open(currentTarget),
        onKeyDown: (event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          open(event.currentTarget);
        },
      })}
      <SharedMenu anchor={anchor} onClose={() => setAnchor(null)} entries={entries} align="start" />
    </>
  );
};
