import { type ReactNode, useId } from 'react';
import type { Change } from '../data/changes.ts';
import { OptionField } from './option-field.tsx';
import type { Rules } from './option-rules.ts';
import { valueAt, withValue } from './option-values.ts';
import styles from './plan.module.css';

/** The verbs of the command line that have it. */
const withCutOver: readonly Change['kind'][] = ['pooling', 'replicas', 'ha', 'scale-down', 'rollback', 'change'];

export const canWait = ({ kind }: Change): boolean => withCutOver.includes(kind);

interface CutOverChoiceProps {
  readonly change: Change;
  readonly rules: Rules;
  readonly onChange: (body: Change['body']) => void;
  readonly errorOf: (path: string) => string | null;
}

/** When clients are handed over. */
export const CutOverChoice = ({ change, rules, onChange, errorOf }: CutOverChoiceProps): ReactNode => {
  const name = useId();
  const { body } = change;
  if (!canWait(change) || !rules['cutover']) return null;
  const waits = valueAt(body, 'cutover') === 'on_signal';
  // Most changes have none; the button that prepares one stands at the end of the plan.
  if (change.kind === 'change' && !waits) return null;
  const deadline = rules['cutover_deadline'];
  const choose = (value: string | undefined): void => {
    const next = withValue(body, 'cutover', value);
    onChange(value === undefined ? withValue(next, 'cutover_deadline', undefined) : next);
  };
  return (
    <fieldset className={styles['choice']}>
      <legend>Cut over</legend>
      <label>
        <input type="radio" name={name} checked={!waits} onChange={() => choose(undefined)} /> at once
      </label>
      <label>
        <input type="radio" name={name} checked={waits} onChange={() => choose('on_signal')} /> when I say so
      </label>
      {waits && deadline && (
        <OptionField
          path="cutover_deadline"
          rule={deadline}
          value={valueAt(body, 'cutover_deadline')}
          usual={deadline.default}
          error={errorOf('cutover_deadline')}
          onChange={(value) => onChange(withValue(body, 'cutover_deadline', value))}
        />
      )}
    </fieldset>
  );
};
