import { Lock, Pencil, Undo2 } from 'lucide-react';
import { memo, type ReactNode, useRef, useState } from 'react';
import type { Setting } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { effectTexts } from '../../plan/plan-changes.tsx';
import styles from './postgres-settings.module.css';
import { SettingField } from './setting-field.tsx';
import { shortDescription } from './setting-texts.ts';

interface SettingRowProps {
  readonly setting: Setting;
  /** What it is to be; null: no longer chosen; undefined: not edited. */
  readonly edited: string | null | undefined;
  readonly problem: string | null;
  /** Whether the caller may not change it. */
  readonly isReadOnly: boolean;
  /** Whether somebody has come here to edit it. */
  readonly isWanted: boolean;
  readonly onChange: (setting: Setting, value: string | null | undefined) => void;
}

/** A setting with what it is, what it would be otherwise, and how a change of it takes effect. */
export const SettingRow = memo((props: SettingRowProps): ReactNode => {
  const { setting, edited, isReadOnly, onChange } = props;
  const { name, chosen, by_alter_system, refused, takes_effect } = setting;
  const canReset = chosen !== null && edited === undefined && !isReadOnly && refused === null;
  return (
    <tr data-setting={name} data-edited={edited === undefined ? undefined : ''}>
      <th scope="row" className={styles['what']}>
        <code>{name}</code>
        {chosen !== null && <span className={styles['badge']}>chosen</span>}
        {by_alter_system !== null && <span className={styles['alter']}>ALTER SYSTEM</span>}
        <p>{shortDescription(setting)}</p>
        {refused !== null && <p>{refused}</p>}
      </th>
      <td>{refused !== null || isReadOnly ? <Fixed setting={setting} /> : <Editable {...props} />}</td>
      <td className={styles['quiet']}>
        <span className={styles['value']}>
          {setting.default !== setting.value && edited !== null && setting.default}
          {canReset && (
            <Button look="quiet" aria-label={`Reset ${name}`} onClick={() => onChange(setting, null)}>
              Reset
            </Button>
          )}
        </span>
      </td>
      <td className={styles['quiet']}>
        {refused !== null || takes_effect === null ? 'not changed here' : effectTexts[takes_effect]}
      </td>
    </tr>
  );
});
SettingRow.displayName = 'SettingRow';

const Fixed = ({ setting: { value, refused } }: Pick<SettingRowProps, 'setting'>): ReactNode => (
  <span className={styles['value']}>
    {refused !== null && <Lock size={14} aria-label="kept by pgrow" />}
    {shown(value)}
  </span>
);

const Editable = ({ setting, edited, problem, isWanted, onChange }: SettingRowProps): ReactNode => {
  const [isEditing, setEditing] = useState(isWanted);
  const takesFocus = useRef(false);
  const { name, value } = setting;
  if (isEditing || problem !== null)
    return (
      <SettingField
        {...{ setting, problem }}
        value={edited ?? value}
        takesFocus={isEditing}
        onChange={(next) => onChange(setting, next)}
        onClose={(how) => {
          takesFocus.current = how === 'key';
          setEditing(false);
        }}
      />
    );
  return (
    <span className={styles['value']}>
      <button
        type="button"
        className={styles['edit']}
        ref={(node) => {
          if (takesFocus.current) node?.focus();
          takesFocus.current = false;
        }}
        aria-label={`Change ${name}, now ${shown(value)}${edited === undefined ? '' : `, to be ${edited ?? 'as usual'}`}`}
        onClick={() => setEditing(true)}
      >
        {edited === undefined ? shown(value) : <Difference from={value} to={edited ?? setting.default ?? 'as usual'} />}
        <Pencil size={13} aria-hidden />
      </button>
      {edited !== undefined && (
        <Button look="quiet" icon aria-label={`Leave ${name} as it is`} onClick={() => onChange(setting, undefined)}>
          <Undo2 size={15} aria-hidden />
        </Button>
      )}
    </span>
  );
};

const Difference = ({ from, to }: { readonly from: string; readonly to: string }): ReactNode => (
  <>
    <del>{shown(from)}</del> <span aria-hidden>→</span> <ins>{shown(to)}</ins>
  </>
);

/** An empty text is a value too. */
const shown = (value: string): string => (value === '' ? "''" : value);
