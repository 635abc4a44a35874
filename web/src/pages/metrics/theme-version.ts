import { useSyncExternalStore } from 'react';

let version = 0;

const subscribe = (listener: () => void): (() => void) => {
  const changed = (): void => {
    version += 1;
    listener();
  };
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    media.removeEventListener('change', changed);
  };
};

/** Another number after each change of the theme: what is drawn on a canvas has to be drawn again. */
export const useThemeVersion = (): number => useSyncExternalStore(subscribe, () => version);
