import { Search } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { lazyPart } from '../parts/lazy-part.ts';
import { useShortcut } from '../parts/shortcut.ts';

const Palette = lazyPart(() => import('../palette/palette.tsx'), 'Palette');
const KeysHelp = lazyPart(() => import('../palette/keys-help.tsx'), 'KeysHelp');

type Open = 'palette' | 'keys' | null;

/** Ctrl+K or ⌘K goes anywhere; `?` lists the keys. What they open is fetched when it is first needed. */
export const Keys = (): ReactNode => {
  const [open, setOpen] = useState<Open>(null);
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setOpen((present) => (present === 'palette' ? null : 'palette'));
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
  useShortcut('?', () => setOpen('keys'));
  const close = (): void => setOpen(null);
  return (
    <>
      <Button look="quiet" icon aria-label="Go to …" title="Ctrl+K" onClick={() => setOpen('palette')}>
        <Search size={18} aria-hidden />
      </Button>
      <Suspense>
        {open === 'palette' && <Palette onClose={close} onKeys={() => setOpen('keys')} />}
        {open === 'keys' && <KeysHelp onClose={close} />}
      </Suspense>
    </>
  );
};
