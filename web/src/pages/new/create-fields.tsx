import type { ReactNode } from 'react';
import type { PostgresMajor } from '../../../../src/domain/database.ts';
import { useDatabases } from '../../data/queries.ts';
import { SelectField, TextField } from '../../parts/field.tsx';
import type { Draft } from './draft.ts';
import styles from './new.module.css';

/** The API takes these; one that it adds does not compile here. */
const majors: Readonly<Record<PostgresMajor, string>> = { 15: '15', 17: '17 (usual)', 18: '18' };

interface CreateFieldsProps {
  readonly draft: Draft;
  readonly onChange: (field: keyof Draft, value: string) => void;
  readonly errorOf: (path: string) => string | null;
  /** Null where the caller has one project only. */
  readonly project: { readonly value: string; readonly onChange: (value: string) => void } | null;
}

export const CreateFields = ({ draft, onChange, errorOf, project }: CreateFieldsProps): ReactNode => {
  const field = (name: keyof Draft) => ({
    name,
    value: draft[name],
    error: errorOf(name),
    onChange: (event: { readonly target: { readonly value: string } }) => onChange(name, event.target.value),
  });
  const rest = ['memory', 'cpus', 'storage', 'port', 'locale'] as const;
  return (
    <>
      <TextField
        {...field('name')}
        label="Name"
        required
        help="A lower-case letter first, then lower-case letters, digits, “-” or “_”; 40 characters at most."
      />
      <SelectField {...field('postgres_major')} label="PostgreSQL" value={draft.postgres_major || '17'}>
        {Object.entries(majors).map(([major, label]) => (
          <option key={major} value={major}>
            {label}
          </option>
        ))}
      </SelectField>
      {project && <ProjectField {...project} />}
      <details
        className={styles['more']}
        open={rest.some((name) => draft[name] !== '' || errorOf(name) !== null) || undefined}
      >
        <summary>All options</summary>
        <div className={styles['form']}>
          <TextField
            {...field('memory')}
            label="Memory of each server"
            placeholder="1GiB"
            help="With MiB, GiB or TiB."
          />
          <TextField {...field('cpus')} label="CPUs of each server" placeholder="2" inputMode="decimal" />
          <TextField
            {...field('storage')}
            label="Storage of each server"
            placeholder="no limit"
            help="What its data may take. pgrow says when it comes near; it does not stop it."
          />
          <TextField
            {...field('port')}
            label="Port on this host"
            placeholder="a free one"
            inputMode="numeric"
            help="It stays the same for the life of the database."
          />
          <TextField
            {...field('locale')}
            label="Locale"
            placeholder="C.UTF-8"
            help="How text is sorted, for the life of the database."
          />
        </div>
      </details>
    </>
  );
};

const ProjectField = ({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode => {
  const { data = [] } = useDatabases();
  const known = [...new Set(data.map(({ project }) => project))].toSorted();
  return (
    <>
      <TextField
        label="Project"
        value={value}
        list="known-projects"
        help="Tokens of a project see its databases only."
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id="known-projects">
        {known.map((project) => (
          <option key={project}>{project}</option>
        ))}
      </datalist>
    </>
  );
};
