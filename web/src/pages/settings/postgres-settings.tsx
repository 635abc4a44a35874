import { Search } from 'lucide-react';
import { type ReactNode, useCallback, useState } from 'react';
import { useOfDatabase } from '../../data/queries.ts';
import type { Setting, Settings } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { Choices } from '../../parts/choices.tsx';
import parts from '../../parts/parts.module.css';
import type { OfDatabase } from '../../shell/of-database.ts';
import { editedSettings, withSetting } from '../../plan/edits.ts';
import styles from './postgres-settings.module.css';
import { countOfGroups, groupsOf, type SettingGroup, type Show } from './setting-groups.ts';
import { SettingRow } from './setting-row.tsx';
import type { SectionProps } from './section-props.ts';

const showTexts = [
  ['often', 'Often changed'],
  ['chosen', 'Chosen'],
  ['all', 'All'],
] as const satisfies readonly (readonly [Show, string])[];

/** What PostgreSQL is set to: the settings that people change first, and all others by a search. */
export const PostgresSettings = (props: SectionProps & { readonly of: OfDatabase }): ReactNode => {
  const { project, name } = props.of;
  const found = useOfDatabase<Settings>(project, name, 'settings');
  return (
    <section className={styles['section']} aria-label="PostgreSQL settings">
      <h3>PostgreSQL settings</h3>
      <Answered of={found} what="the settings">
        {(answer) => <Shown {...props} answer={answer} />}
      </Answered>
    </section>
  );
};

const Shown = ({ answer, ...props }: SectionProps & { readonly answer: Settings }): ReactNode => {
  const { settings } = answer;
  const { edits, wanted } = props;
  const [show, setShow] = useState<Show>('often');
  const [text, setText] = useState('');
  const edited = editedSettings(edits);
  const isOften = wanted === null || groupsOf({ settings, show, text, edited: [wanted] }).length > 0;
  const groups = groupsOf({
    settings,
    show: isOften ? show : 'all',
    text,
    edited: [...Object.keys(edited), wanted ?? ''],
  });
  return (
    <>
      <div className={styles['tools']}>
        <label className={styles['search']}>
          <Search size={16} aria-hidden />
          <input
            type="search"
            className={parts['input']}
            placeholder={`Search ${settings.length} settings`}
            aria-label="Search settings"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {text === '' && <Choices<Show> label="Which settings" value={show} choices={showTexts} onChange={setShow} />}
        <output className={styles['quiet']}>{text !== '' && `${countOfGroups(groups)} found`}</output>
      </div>
      {settings.some(({ by_alter_system }) => by_alter_system !== null) && (
        <p className={styles['quiet']}>What ALTER SYSTEM has set on the server is taken over by the next change.</p>
      )}
      <SettingTable {...props} groups={groups} edited={edited} />
    </>
  );
};

interface TableProps extends SectionProps {
  readonly groups: readonly SettingGroup[];
  readonly edited: Readonly<Record<string, string | null>>;
}

const SettingTable = ({ groups, edited, setEdits, problems, isReadOnly, wanted }: TableProps): ReactNode => {
  const change = useCallback(
    ({ name, type, value: present, chosen }: Setting, value: string | null | undefined) =>
      setEdits((before) => {
        // Only a text can be empty.
        const isAsItIs = value === (chosen ?? present) || (value === '' && type !== 'string');
        return withSetting(before, name, isAsItIs ? undefined : value);
      }),
    [setEdits],
  );
  if (groups.length === 0) return <p className={styles['quiet']}>There is no such setting.</p>;
  return (
    <table className={`${parts['table']} ${styles['table']}`}>
      <caption className="visually-hidden">Settings of PostgreSQL, in groups</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Value</th>
          <th scope="col">Default</th>
          <th scope="col">Takes effect</th>
        </tr>
      </thead>
      {groups.map(({ title, settings }) => (
        <tbody key={title}>
          <tr className={styles['group']}>
            <th scope="rowgroup" colSpan={4}>
              {title}
            </th>
          </tr>
          {settings.map((setting) => (
            <SettingRow
              key={setting.name}
              {...{ setting, isReadOnly }}
              edited={edited[setting.name]}
              problem={problems.get(`settings.${setting.name}`) ?? null}
              isWanted={wanted === setting.name}
              onChange={change}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
};
