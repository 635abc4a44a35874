import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { useDatabase, useDatabases } from '../data/queries.ts';
import { Dialog, useFinalFocus } from '../parts/dialog.tsx';
import { databaseTabs } from '../shell/database-layout.tsx';
import type { OfDatabase } from '../shell/of-database.ts';
import { matching, type Target, targetsOf } from './targets.ts';
import styles from './palette.module.css';

interface PaletteProps {
  readonly onClose: () => void;
  readonly onKeys: () => void;
}

/** Goes to a database, a page, or an action of the present database. */
export const Palette = (props: PaletteProps): ReactNode => {
  const [isOfDatabase, params] = useRoute<Record<'project' | 'name', string>>('/p/:project/:name/*?');
  const { data: databases = [] } = useDatabases();
  const common = { ...props, databases };
  return isOfDatabase ? (
    <PaletteOfDatabase {...common} present={{ project: params.project, name: params.name }} />
  ) : (
    <Choices {...props} targets={targetsOf({ databases, present: null, status: null, tabs: [] })} />
  );
};

const PaletteOfDatabase = ({
  databases,
  present,
  ...props
}: PaletteProps & {
  readonly databases: NonNullable<ReturnType<typeof useDatabases>['data']>;
  readonly present: OfDatabase;
}) => {
  const { data: status = null } = useDatabase(present.project, present.name);
  return <Choices {...props} targets={targetsOf({ databases, present, status, tabs: databaseTabs })} />;
};

const mostShown = 60;

const Choices = ({ targets, onClose, onKeys }: PaletteProps & { readonly targets: readonly Target[] }): ReactNode => {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const finalFocus = useFinalFocus();
  const found = matching(targets, typed).slice(0, mostShown);
  const active = Math.min(at, found.length - 1);
  const choose = (target: Target | undefined): void => {
    if (!target || target.isRefused) return;
    onClose();
    navigate(target.href);
  };
  const move = (event: KeyboardEvent): void => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 }[event.key];
    if (event.key === 'Enter') choose(found[active]);
    if (to === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(found.length - 1, to)));
    document
      .getElementById(`${id}-${Math.max(0, Math.min(found.length - 1, to))}`)
      ?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Dialog open onClose={onClose} title="Go to" initialFocus={input} finalFocus={finalFocus}>
      <div className={styles['palette']}>
        <input
          ref={input}
          className={styles['input']}
          role="combobox"
          aria-label="A database, a page or an action"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="A database, a page or an action"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={move}
        />
        <Found {...{ id, found, active, choose }} />
        <p className={styles['keys']}>
          <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> goes there.{' '}
          <button type="button" className={styles['link']} onClick={onKeys}>
            All keys
          </button>
        </p>
      </div>
    </Dialog>
  );
};

interface FoundProps {
  readonly id: string;
  readonly found: readonly Target[];
  readonly active: number;
  readonly choose: (target: Target) => void;
}

const Found = ({ id, found, active, choose }: FoundProps): ReactNode => {
  if (found.length === 0) return <p className={styles['keys']}>Nothing has that name.</p>;
  return (
    // The keys are those of the field above it, which keeps the focus; a select could not be filtered.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div id={`${id}-list`} role="listbox" aria-label="What there is" className={styles['list']}>
      {found.map((target, index) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={`${target.group}/${target.label}/${target.href}`}
          id={`${id}-${index}`}
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          role="option"
          aria-selected={index === active}
          aria-disabled={target.isRefused || undefined}
          className={styles['option']}
          onClick={() => choose(target)}
        >
          <span>{target.label}</span>
          {target.note !== null && <span className={styles['note']}>{target.note}</span>}
          <span className={styles['group']}>{target.group}</span>
        </div>
      ))}
    </div>
  );
};
