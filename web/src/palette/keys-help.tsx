import { type ReactNode, useState } from 'react';
import { CheckBox } from '../parts/check-box.tsx';
import { Dialog, useFinalFocus } from '../parts/dialog.tsx';
import { shortcutsKey } from '../parts/shortcut.ts';
import styles from './palette.module.css';

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['Ctrl', 'K'], 'go to a database, a page or an action (⌘K on a Mac)'],
  [['/'], 'search the list of databases'],
  [['?'], 'this list'],
  [['Esc'], 'close what lies on top; the focus goes back'],
  [['Tab'], 'on through the page, in the order of reading'],
  [['↑', '↓'], 'inside menus and lists of steps'],
  [['←', '→'], 'fold and unfold the steps of a phase'],
];

/** The keys, and a way to do without those that are a single letter. */
export const KeysHelp = ({ onClose }: { readonly onClose: () => void }): ReactNode => {
  const [isOn, setOn] = useState(() => localStorage.getItem(shortcutsKey) !== 'off');
  const finalFocus = useFinalFocus();
  return (
    <Dialog open onClose={onClose} title="Keys" finalFocus={finalFocus}>
      <div className={styles['palette']}>
        <dl className={styles['help']}>
          {keys.map(([pressed, does]) => (
            <div key={does}>
              <dt>
                {pressed.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <CheckBox
          label="Keys that are a single character work ( / and ? )"
          checked={isOn}
          onChange={(wanted) => {
            localStorage.setItem(shortcutsKey, wanted ? 'on' : 'off');
            setOn(wanted);
          }}
        />
      </div>
    </Dialog>
  );
};
