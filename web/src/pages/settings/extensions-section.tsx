import { Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useOfDatabase } from '../../data/queries.ts';
import type { Extension, Extensions } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { SelectField } from '../../parts/field.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { addedExtensions, withExtension } from '../../plan/edits.ts';
import type { SectionProps } from './section-props.ts';
import styles from './settings.module.css';

/** What the application's database can do besides, and what could be added. */
export const ExtensionsSection = (props: SectionProps & { readonly of: OfDatabase }): ReactNode => {
  const { project, name } = props.of;
  const found = useOfDatabase<Extensions>(project, name, 'extensions');
  return (
    <section className={styles['card']} aria-label="Extensions">
      <h3 tabIndex={-1}>Extensions</h3>
      <Answered of={found} what="the extensions">
        {({ extensions }) => (
          <>
            <Present {...props} extensions={extensions} />
            {!props.isReadOnly && <Add {...props} extensions={extensions} />}
          </>
        )}
      </Answered>
    </section>
  );
};

interface ListProps extends SectionProps {
  readonly extensions: readonly Extension[];
}

const Present = ({ extensions, edits, setEdits, problems }: ListProps): ReactNode => {
  const added = addedExtensions(edits);
  const problemOf = (name: string): string | undefined => problems.get(`extensions.${added.indexOf(name)}`);
  const installed = extensions.filter((each) => each.installed !== null);
  if (installed.length + added.length === 0) return <p className={styles['quiet']}>None is installed.</p>;
  return (
    <ul className={styles['extensions']}>
      {installed.map(({ name, installed: version, version: newest }) => (
        <li key={name}>
          <code>{name}</code> {version}
          {newest !== null && newest !== version && <span className={styles['quiet']}>, {newest} is there</span>}
        </li>
      ))}
      {added.map((name) => (
        <li key={name} data-edited="">
          <ins>
            <code>{name}</code> {extensions.find((each) => each.name === name)?.version}
          </ins>
          <Button
            look="quiet"
            icon
            aria-label={`Leave ${name} out`}
            onClick={({ currentTarget }) => {
              // This button goes.
              currentTarget.closest('section')?.querySelector('h3')?.focus();
              setEdits((before) => withExtension(before, name, false));
            }}
          >
            <Undo2 size={15} aria-hidden />
          </Button>
          {problemOf(name) !== undefined && <p className={styles['problem']}>Allowed: {problemOf(name)}</p>}
        </li>
      ))}
    </ul>
  );
};

const Add = ({ extensions, edits, setEdits, problems }: ListProps): ReactNode => {
  const [chosen, setChosen] = useState('');
  const added = addedExtensions(edits);
  const open = extensions.filter(
    ({ name, installed, offered }) => offered && installed === null && !added.includes(name),
  );
  const about = open.find(({ name }) => name === chosen);
  const problem = problems.get('extensions');
  if (open.length === 0) return null;
  return (
    <div className={styles['add']}>
      <SelectField
        label="Add an extension"
        help={about?.comment ?? undefined}
        error={problem === undefined ? null : `Allowed: ${problem}`}
        value={about ? chosen : ''}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">{open.length} are available</option>
        {open.map(({ name, version }) => (
          <option key={name} value={name}>
            {name} {version}
          </option>
        ))}
      </SelectField>
      <Button
        refused={about ? null : 'choose one first'}
        onClick={() => setEdits((before) => withExtension(before, chosen, true))}
      >
        Add
      </Button>
    </div>
  );
};
