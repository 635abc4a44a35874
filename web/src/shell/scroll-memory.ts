import { useEffect, useLayoutEffect, useRef } from 'react';
import { usePathname } from 'wouter/use-browser-location';

/** Milliseconds after the last movement: browsers take only so many changes of the history in a while. */
const settleMs = 100;

interface HistoryState {
  readonly scroll?: number;
}

const scrollOf = (state: unknown): number => (state as HistoryState | null)?.scroll ?? 0;

/** Where one is on the page, and what has the focus. Back and forward lead to where one was on the page; a link leads to its top. Another filter of the same page moves nothing. */
export const ScrollMemory = (): null => {
  const path = usePathname();
  const before = useRef(path);
  useEffect(() => {
    let settling: ReturnType<typeof setTimeout> | undefined;
    const remember = (): void => {
      clearTimeout(settling);
      const scroll = Math.round(scrollY);
      if (scroll !== scrollOf(history.state))
        history.replaceState({ ...(history.state as HistoryState | null), scroll }, '');
    };
    const later = (): void => {
      clearTimeout(settling);
      settling = setTimeout(remember, settleMs);
    };
    // What is still to be written would be written to the next page.
    const forget = (): void => clearTimeout(settling);
    const leaving = new AbortController();
    const { signal } = leaving;
    addEventListener('scroll', later, { passive: true, signal });
    // It may lead to another page at once.
    addEventListener('click', remember, { capture: true, signal });
    addEventListener('pushState', forget, { signal });
    addEventListener('popstate', forget, { signal });
    return () => {
      forget();
      leaving.abort();
    };
  }, []);
  useLayoutEffect(() => {
    if (before.current === path) return undefined;
    before.current = path;
    scrollTo(0, scrollOf(history.state));
    // What had the focus may have gone with its page, and a dialog takes a while to go.
    const gone = setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true });
    }, settleMs);
    return () => clearTimeout(gone);
  }, [path]);
  return null;
};
