import { Lock, Pencil, Undo2 } from 'lucide-react';
import { memo, type MouseEvent, type ReactNode, useId, useRef, useState } from 'react';
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
  const id = useId();
  const about = ['marks', 'about', ...(refused === null ? [] : ['refused'])].map((part) => `${id}-${part}`).join(' ');
  return (
    <tr data-setting={name} data-edited={edited === undefined ? undefined : ''}>
      <th scope="row" className={styles['what']} aria-labelledby={`${id}-name`} aria-describedby={about}>
        <code id={`${id}-name`}>{name}</code>
        <span id={`${id}-marks`}>
          {chosen !== null && <span className={styles['badge']}>chosen</span>}
          {by_alter_system !== null && <span className={styles['alter']}>ALTER SYSTEM</span>}
        </span>
        <p id={`${id}-about`}>{shortDescription(setting)}</p>
        {refused !== null && <p id={`${id}-refused`}>{refused}</p>}
      </th>
      <td>{refused !== null || isReadOnly ? <Fixed setting={setting} /> : <Editable {...props} />}</td>
      <td className={styles['quiet']}>
        <span className={styles['value']}>
          {setting.default !== setting.value && edited !== null && setting.default}
          {canReset && (
            <Button
              look="quiet"
              aria-label={`Reset ${name}`}
              onClick={(event) => {
                focusValue(event);
                onChange(setting, null);
              }}
            >
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

/** The button that was pressed goes: the focus moves to the value of its row. */
const focusValue = ({ currentTarget }: MouseEvent<HTMLElement>): void =>
  currentTarget.closest('tr')?.querySelector<HTMLElement>('[data-value]')?.focus();

const Fixed = ({ setting: { value, refused } }: Pick<SettingRowProps, 'setting'>): ReactNode => (
  <span className={styles['value']}>
    {refused !== null && <Lock size={14} aria-hidden />}
    {shown(value)}
  </span>
);

const Editable = ({ setting, edited, problem, isWanted, onChange }: SettingRowProps): ReactNode => {
  const [isEditing, setEditing] = useState(isWanted);
  const takesFocus = useRef(false);
  const { name, value } = setting;
  const next = edited ?? setting.default ?? 'its default, which is not known now';
  if (isEditing || problem !== null)
    return (
      <SettingField
        {...{ setting, problem }}
        value={edited ?? value}
        takesFocus={isEditing}
        onChange={(typed) => onChange(setting, typed)}
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
        data-value=""
        ref={(node) => {
          if (takesFocus.current) node?.focus();
          takesFocus.current = false;
        }}
        aria-label={`Change ${name}, now ${shown(value)}${edited === undefined ? '' : `, to be ${shown(next)}`}`}
        onClick={() => setEditing(true)}
      >
        {edited === undefined ? shown(value) : <Difference from={value} to={next} />}
        <Pencil size={13} aria-hidden />
      </button>
      {edited !== undefined && (
        <Button
          look="quiet"
          icon
          aria-label={`Leave ${name} as it is`}
          onClick={(event) => {
            focusValue(event);
            onChange(setting, undefined);
          }}
        >
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
