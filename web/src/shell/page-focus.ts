import { useEffect, useLayoutEffect, useRef } from 'react';

/**
 * What had the focus may be gone with the page before: then the new page has it, so that the keyboard goes on from there and not
 * from the top of the window. What is still there, such as a tab, keeps it.
 * @param page - changes when another page is shown
 */
export const usePageFocus = (page: string): void => {
  const before = useRef(page);
  useLayoutEffect(() => {
    if (before.current === page) return undefined;
    before.current = page;
    focusMainIfLost();
    // A dialog that closes on its way gives the focus back afterwards, to something that may be gone too.
    const frame = requestAnimationFrame(focusMainIfLost);
    return () => cancelAnimationFrame(frame);
  }, [page]);
  useEffect(keepFocus, []);
};

/** What has the focus may go while the page stays, as a banner does whose time is over. */
const keepFocus = (): (() => void) => {
  let last: EventTarget | null = null;
  const note = ({ target }: FocusEvent): void => {
    last = target;
  };
  const observer = new MutationObserver(() => {
    if (!(last instanceof Element) || last.isConnected) return;
    last = null;
    focusMainIfLost();
  });
  document.addEventListener('focusin', note);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', note);
    observer.disconnect();
  };
};

const focusMainIfLost = (): void => {
  const active = document.activeElement;
  // While a page loads, the one before is only hidden.
  if (active && active !== document.body && active.checkVisibility()) return;
  // Of what asks for an answer the page is behind.
  const asking = document.querySelector<HTMLElement>('[role=dialog]:not([aria-modal=false])');
  (asking ?? document.querySelector<HTMLElement>('#main'))?.focus({ preventScroll: true });
};
