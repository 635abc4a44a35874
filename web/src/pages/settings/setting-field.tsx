import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import type { Setting } from '../../data/types.ts';
import parts from '../../parts/parts.module.css';
import styles from './postgres-settings.module.css';
import { helpText } from './setting-texts.ts';

interface SettingFieldProps {
  readonly setting: Setting;
  /** That stands in it at first. */
  readonly value: string;
  /** What the API says against it; null where it takes it. */
  readonly problem: string | null;
  /** Whether it takes the focus, because somebody has asked for it. */
  readonly takesFocus: boolean;
  readonly onChange: (value: string) => void;
  /** `away`: the focus goes elsewhere by itself. */
  readonly onClose: (how: 'key' | 'away') => void;
}

const onOrOff = ['on', 'off'];

/** The value of one setting while it is edited: Enter keeps it, Escape does not. */
export const SettingField = (props: SettingFieldProps): ReactNode => {
  const { setting, value, problem, takesFocus, onChange, onClose } = props;
  const id = useId();
  // Null as long as nothing has been typed: then leaving it changes nothing, also where another value is to come.
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? value;
  const choices = setting.type === 'bool' ? onOrOff : setting.choices;
  const help = choices ? '' : helpText(setting);
  const described = [help === '' ? '' : `${id}-help`, problem === null ? '' : `${id}-error`].filter(Boolean).join(' ');
  const shared = {
    className: parts['input'],
    'data-value': '',
    'aria-label': setting.name,
    'aria-invalid': problem === null ? undefined : true,
    'aria-describedby': described || undefined,
    ref: (node: HTMLElement | null): void => {
      if (takesFocus) node?.focus();
    },
    onBlur: () => {
      if (typed !== null) onChange(typed);
      onClose('away');
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      // Else the same press opens it again: the focus goes back to its button.
      event.preventDefault();
      if (event.key === 'Escape') setTyped(null);
      else if (typed !== null) onChange(typed);
      onClose('key');
    },
  };
  return (
    <div className={styles['field']}>
      {choices ? (
        <select {...shared} value={text} onChange={(event) => setTyped(event.target.value)}>
          {[...new Set([text, ...choices])].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      {help !== '' && (
        <p id={`${id}-help`} className={parts['help']}>
          {help}
        </p>
      )}
      {problem !== null && (
        <p id={`${id}-error`} className={parts['error']}>
          {problem}
        </p>
      )}
    </div>
  );
};
