import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface CheckBoxProps {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export const CheckBox = ({ label, checked, onChange }: CheckBoxProps): ReactNode => (
  <label className={styles['checkBox']}>
    <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
    <span>{label}</span>
  </label>
);
