import { Search } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { stageNames } from '../../format/stages.ts';
import { useShortcut } from '../../parts/shortcut.ts';
import { type Show, shows, type Sort, sorts, type View } from './choose.ts';
import styles from './databases.module.css';

const showTexts: Readonly<Record<Show, string>> = {
  all: 'All',
  attention: 'Needs attention',
  changing: 'Changing',
  healthy: 'Healthy',
  degraded: 'Degraded',
  down: 'Down',
  unknown: 'Unknown',
  stopped: 'Stopped',
};

const sortTexts: Readonly<Record<Sort, string>> = {
  attention: 'Needs attention first',
  name: 'By name',
  created: 'Newest first',
  cost: 'Most expensive first',
  lag: 'Furthest behind first',
};

/** Changes what the address says; nothing else remembers it. */
export type Narrow = (name: 'q' | 'show' | 'stage' | 'sort', value: string) => void;

export const Filters = ({ view, onChange }: { readonly view: View; readonly onChange: Narrow }): ReactNode => {
  const box = useRef<HTMLInputElement>(null);
  useShortcut('/', () => box.current?.focus());
  return (
    <search className={styles['filters']}>
      <label className={styles['search']}>
        <Search size={16} aria-hidden />
        <input
          ref={box}
          type="search"
          placeholder="Search"
          aria-label="Search databases"
          aria-keyshortcuts="/"
          autoComplete="off"
          spellCheck={false}
          value={view.text}
          onChange={(event) => onChange('q', event.target.value)}
        />
        <kbd aria-hidden>/</kbd>
      </label>
      <select
        aria-label="Health"
        className={styles['select']}
        value={view.show}
        onChange={(event) => onChange('show', event.target.value === 'all' ? '' : event.target.value)}
      >
        {shows.map((show) => (
          <option key={show} value={show}>
            {showTexts[show]}
          </option>
        ))}
      </select>
      <select
        aria-label="Stage"
        className={styles['select']}
        value={view.stage ?? ''}
        onChange={(event) => onChange('stage', event.target.value)}
      >
        <option value="">All stages</option>
        {stageNames.map((name, stage) => (
          <option key={name} value={stage}>
            {stage} {name}
          </option>
        ))}
      </select>
      <select
        aria-label="Order"
        className={styles['select']}
        value={view.sort}
        onChange={(event) => onChange('sort', event.target.value === 'attention' ? '' : event.target.value)}
      >
        {sorts.map((sort) => (
          <option key={sort} value={sort}>
            {sortTexts[sort]}
          </option>
        ))}
      </select>
    </search>
  );
};
