import { ArrowDown, ArrowUp } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { plural } from '../../format/numbers.ts';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import styles from './logs.module.css';

interface FindProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hits: number;
  /** Of them, the one that is shown; null before the first. */
  readonly hit: number | null;
  readonly onGo: (hit: number) => void;
}

/** Enter goes to the next hit, Shift+Enter to the one before. */
export const FindField = ({ value, onChange, hits, hit, onGo }: FindProps): ReactNode => {
  const go = (by: 1 | -1): void => onGo(((hit ?? (by === 1 ? -1 : 0)) + by + hits) % hits);
  const refused = hits === 0 ? (value === '' ? 'Nothing is looked for.' : 'There is no such line.') : null;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && hits > 0) go(event.shiftKey ? -1 : 1);
  };
  return (
    <div className={styles['find']}>
      <TextField
        label="Find"
        type="search"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button icon aria-label="Previous hit" refused={refused} onClick={() => go(-1)}>
        <ArrowUp size={16} aria-hidden />
      </Button>
      <Button icon aria-label="Next hit" refused={refused} onClick={() => go(1)}>
        <ArrowDown size={16} aria-hidden />
      </Button>
      <output>{value === '' ? '' : foundText(hits, hit)}</output>
    </div>
  );
};

const foundText = (hits: number, hit: number | null): string => {
  if (hits === 0) return 'no line';
  return hit === null ? plural(hits, 'line') : `${Math.min(hit + 1, hits)} of ${hits}`;
};
