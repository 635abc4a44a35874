import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';
import styles from './parts.module.css';

interface Labelled {
  readonly label: string;
  readonly help?: ReactNode;
  /** What is wrong with the value: `is "x", allowed: …`. */
  readonly error?: string | null | undefined;
}

/** Below a field: what it takes, and what is wrong with what it has. */
const Remarks = ({ id, help, error }: Omit<Labelled, 'label'> & { readonly id: string }): ReactNode => (
  <>
    {help !== undefined && (
      <p id={`${id}-help`} className={styles['help']}>
        {help}
      </p>
    )}
    {error != null && (
      <p id={`${id}-error`} className={styles['error']}>
        {error}
      </p>
    )}
  </>
);

const Frame = ({
  id,
  label,
  help,
  error,
  children,
}: Labelled & { readonly id: string; readonly children: ReactNode }): ReactNode => (
  <div className={styles['field']}>
    <label className={styles['label']} htmlFor={id}>
      {label}
    </label>
    {children}
    <Remarks id={id} help={help} error={error} />
  </div>
);

const described = (id: string, { help, error }: Labelled): string | undefined =>
  [help === undefined ? '' : `${id}-help`, error == null ? '' : `${id}-error`].filter(Boolean).join(' ') || undefined;

export const TextField = ({
  label,
  help,
  error,
  ...rest
}: Labelled & Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id'>): ReactNode => {
  const id = useId();
  const frame = { label, help, error };
  return (
    <Frame id={id} {...frame}>
      <input
        autoComplete="off"
        spellCheck={false}
        {...rest}
        id={id}
        className={styles['input']}
        aria-invalid={error == null ? undefined : true}
        aria-describedby={described(id, frame)}
      />
    </Frame>
  );
};

export const SelectField = ({
  label,
  help,
  error,
  children,
  ...rest
}: Labelled & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'className' | 'id'>): ReactNode => {
  const id = useId();
  const frame = { label, help, error };
  return (
    <Frame id={id} {...frame}>
      <select
        {...rest}
        id={id}
        className={styles['input']}
        aria-invalid={error == null ? undefined : true}
        aria-describedby={described(id, frame)}
      >
        {children}
      </select>
    </Frame>
  );
};

/** A box with its label beside it. */
export const CheckField = ({
  label,
  help,
  error,
  ...rest
}: Omit<Labelled, 'label'> & { readonly label: ReactNode } & Omit<
    InputHTMLAttributes<HTMLInputElement>,
    'className' | 'id' | 'type'
  >): ReactNode => {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label className={styles['checkBox']} htmlFor={id}>
        <input
          {...rest}
          id={id}
          type="checkbox"
          aria-invalid={error == null ? undefined : true}
          aria-describedby={described(id, { label: '', help, error })}
        />
        <span>{label}</span>
      </label>
      <Remarks id={id} help={help} error={error} />
    </div>
  );
};
