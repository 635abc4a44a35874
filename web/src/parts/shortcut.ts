import { useEffect } from 'react';

/** Single keys can be switched off: they get in the way of those who dictate. */
export const shortcutsKey = 'pgrow-shortcuts';
const areOff = (): boolean => globalThis.localStorage?.getItem(shortcutsKey) === 'off';

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Calls back when the key is pressed, unless somebody is writing or a dialog is open. */
export const useShortcut = (key: string, onPress: () => void): void => {
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const isOther = event.key !== key || event.ctrlKey || event.metaKey || event.altKey;
      if (isOther || isWriting(event.target) || areOff() || document.querySelector('[role=dialog]')) return;
      event.preventDefault();
      onPress();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  });
};
