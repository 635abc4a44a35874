import { type ReactNode, useId } from 'react';
import styles from './connect.module.css';

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly label: ReactNode; readonly missing?: string | null }[];
  /** When to use what is chosen. */
  readonly children: ReactNode;
}

/** One of a few, all of them in sight. What does not exist stays there and says what it needs. */
export const Choice = <T extends string>({ legend, value, onChange, options, children }: ChoiceProps<T>): ReactNode => {
  const name = useId();
  return (
    <fieldset className={styles['choice']}>
      <legend>{legend}</legend>
      <div className={styles['options']}>
        {options.map(({ value: each, label, missing = null }) => (
          <label key={each} className={styles['option']} data-missing={missing !== null || undefined}>
            <input
              type="radio"
              name={name}
              value={each}
              checked={value === each}
              disabled={missing !== null}
              onChange={() => onChange(each)}
            />
            <span>{label}</span>
            {missing !== null && <small>{missing}</small>}
          </label>
        ))}
      </div>
      <p className={styles['when']}>{children}</p>
    </fieldset>
  );
};
