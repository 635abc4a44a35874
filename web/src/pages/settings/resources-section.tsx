import { type ReactNode, useEffect, useRef } from 'react';
import type { Status } from '../../data/types.ts';
import { memoryText, plural } from '../../format/numbers.ts';
import { plainText } from '../../format/plain.ts';
import { TextField } from '../../parts/field.tsx';
import { numberOf, type SingleEdit, withEdit } from '../../plan/edits.ts';
import { useTyped } from '../../plan/use-typed.ts';
import type { SectionProps } from './section-props.ts';
import styles from './settings.module.css';
import { muchShare, storageOf, usedText } from './storage.ts';

/** What each server is given. */
export const ResourcesSection = (props: SectionProps & { readonly status: Status }): ReactNode => {
  const { status, wanted } = props;
  const { memory_bytes, cpus } = status.size;
  const servers = status.nodes.filter(({ kind, kept }) => kind === 'postgres' && kept === null).length;
  const storage = storageOf(status);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wanted !== null) section.current?.querySelector<HTMLElement>(`[data-edit="${CSS.escape(wanted)}"]`)?.focus();
  }, [wanted]);
  return (
    <section ref={section} className={styles['card']} aria-label="Resources">
      <h3>Resources of {servers === 1 ? 'the server' : `each of ${plural(servers, 'server')}`}</h3>
      <div className={styles['resources']}>
        <ResourceField
          {...props}
          edit="memory"
          label="Memory"
          present={sizeText(memory_bytes)}
          help="Such as 4GiB; by hand-over. Buffers and connections follow, unless they are chosen below."
        />
        <ResourceField {...props} edit="cpus" label="CPUs" present={String(cpus)} help="Such as 0.5 or 2; live." />
        <ResourceField
          {...props}
          edit="storage"
          label="Storage limit"
          present={storage.limit === null ? '' : sizeText(storage.limit)}
          placeholder="no limit"
          help="Such as 50GiB; watched and reported. Left empty: none."
        />
      </div>
      {storage.used !== null && (
        <div className={styles['use']}>
          {storage.share !== null && (
            <span className={styles['bar']} data-full={storage.share >= muchShare ? '' : undefined} aria-hidden>
              <span style={{ inlineSize: `${Math.min(100, storage.share * 100)}%` }} />
            </span>
          )}
          <p className={styles['quiet']}>
            The data of the fullest server take {usedText(storage)}
            {storage.share !== null && `, ${Math.floor(storage.share * 100)} %`}
          </p>
        </div>
      )}
    </section>
  );
};

interface ResourceFieldProps extends SectionProps {
  readonly edit: SingleEdit;
  readonly label: string;
  readonly present: string;
  readonly help: string;
  readonly placeholder?: string;
}

const ResourceField = (props: ResourceFieldProps): ReactNode => {
  const { edit, label, present, help, placeholder, edits, setEdits, problems, isReadOnly } = props;
  const edited = edits[edit];
  const problem = problems.get(edit);
  const { text, setTyped } = useTyped(edited === undefined ? present : textOf(edited), (typed) =>
    textOf(asSent(edit, typed)),
  );
  const change = (next: string): void => {
    const sent = asSent(edit, next);
    setTyped(next);
    setEdits((before) => withEdit(before, edit, textOf(sent) === present ? undefined : sent));
  };
  return (
    <TextField
      label={label}
      help={edited === undefined ? help : `${help} Now ${present === '' ? 'no limit' : present}.`}
      error={problem === undefined ? null : `Allowed: ${problem}`}
      {...(placeholder !== undefined && { placeholder })}
      readOnly={isReadOnly}
      data-edited={edited === undefined ? undefined : ''}
      data-edit={edit}
      value={text}
      onChange={(event) => change(event.target.value)}
      onBlur={(event) => {
        if (event.target.value.trim() === '' && edit !== 'storage') change(present);
        setTyped(null);
      }}
    />
  );
};

/** `4GiB`, as it is typed. */
const sizeText = (bytes: number): string => memoryText(bytes).replace(' ', '');

/** As a field shows what is sent: null is no limit. */
const textOf = (sent: unknown): string => (sent === null ? '' : plainText(sent));

/** As the API takes it. What is no size goes along as it is: the API says what is allowed. */
const asSent = (edit: SingleEdit, text: string): unknown => {
  const trimmed = text.trim();
  if (edit === 'cpus') return numberOf(text);
  return edit === 'storage' && trimmed === '' ? null : text;
};
