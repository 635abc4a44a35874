import { type ReactNode, useId } from 'react';
import styles from './parts.module.css';

interface ChoicesProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly (readonly [value: V, text: string])[];
  readonly onChange: (value: V) => void;
}

/** A few choices beside each other, one of which holds. The arrow keys move between them. */
export const Choices = <V extends string>({ label, value, choices, onChange }: ChoicesProps<V>): ReactNode => {
  const name = useId();
  return (
    <fieldset className={styles['choices']}>
      <legend className="visually-hidden">{label}</legend>
      {choices.map(([each, text]) => (
        <label key={each} className={styles['choice']}>
          <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChange(each)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
};
