import { type ReactNode, Suspense, useSyncExternalStore } from 'react';
import { lazyPart } from './lazy-part.ts';

export interface SaidToast {
  readonly sentence: string;
  readonly href?: string;
  /** Of the link. */
  readonly link?: string;
}

/** Those that nothing shows yet: what shows them is fetched with the first one. */
let waiting: readonly SaidToast[] = [];
let show: ((said: SaidToast) => void) | null = null;
let isWanted = false;
const watchers = new Set<() => void>();

/** A sentence at the edge of the screen, which goes by itself. For what no page says. */
export const toast = (sentence: string, more: Omit<SaidToast, 'sentence'> = {}): void => {
  const said = { sentence, ...more };
  if (show) return show(said);
  waiting = [...waiting, said];
  isWanted = true;
  for (const watcher of watchers) watcher();
};

/** From now on each goes there, first of all those that wait. @returns ends it */
export const takeToasts = (take: (said: SaidToast) => void): (() => void) => {
  show = take;
  for (const said of waiting) take(said);
  waiting = [];
  return () => {
    show = null;
  };
};

const ToastViewport = lazyPart(() => import('./toast-area.tsx'), 'ToastViewport');

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export const ToastArea = ({ children }: { readonly children: ReactNode }): ReactNode => {
  const isShown = useSyncExternalStore(watch, () => isWanted);
  return (
    <>
      {children}
      {isShown && (
        <Suspense fallback={null}>
          <ToastViewport />
        </Suspense>
      )}
    </>
  );
};
