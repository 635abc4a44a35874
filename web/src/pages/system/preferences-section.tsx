import { type ReactNode, useState } from 'react';
import { momentText, utcKey } from '../../format/times.ts';
import { useServerNow } from '../../data/clock.ts';
import { CheckBox } from '../../parts/check-box.tsx';
import { SelectField } from '../../parts/field.tsx';
import { shortcutsKey } from '../../parts/shortcut.ts';
import { chooseTheme, readTheme, type Theme, themes } from '../../shell/theme.ts';
import styles from './system.module.css';

const themeTexts = { system: 'As the system has it', light: 'Light', dark: 'Dark' } as const;

/** Kept in this browser. */
export const PreferencesSection = (): ReactNode => {
  const [theme, setTheme] = useState(readTheme);
  const [isUtc, setUtc] = useState(() => localStorage.getItem(utcKey) === 'yes');
  const [hasShortcuts, setShortcuts] = useState(() => localStorage.getItem(shortcutsKey) !== 'off');
  const now = useServerNow(1000);
  return (
    <div className={styles['form']}>
      <SelectField
        label="Theme"
        value={theme}
        onChange={(event) => {
          const chosen = event.target.value as Theme;
          chooseTheme(chosen);
          setTheme(chosen);
        }}
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {themeTexts[each]}
          </option>
        ))}
      </SelectField>
      <CheckBox
        label="Show times in UTC"
        checked={isUtc}
        onChange={(is) => {
          if (is) localStorage.setItem(utcKey, 'yes');
          else localStorage.removeItem(utcKey);
          setUtc(is);
        }}
      />
      <CheckBox
        label="Shortcuts of a single key, such as / for the search"
        checked={hasShortcuts}
        onChange={(has) => {
          if (has) localStorage.removeItem(shortcutsKey);
          else localStorage.setItem(shortcutsKey, 'off');
          setShortcuts(has);
        }}
      />
      <p className={styles['quiet']}>It is {momentText(new Date(now).toISOString())}. This is kept in this browser.</p>
    </div>
  );
};
