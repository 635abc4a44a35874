import type { ReactNode } from 'react';
import type { Change } from '../data/changes.ts';
import type { ProblemDocument, Status } from '../data/types.ts';
import { Fold } from '../parts/fold.tsx';
import { CutOverChoice } from './cut-over-choice.tsx';
import { OptionField } from './option-field.tsx';
import { isWish } from './edits.ts';
import { firstOptions, otherwiseAsked } from './option-labels.ts';
import type { Rules } from './option-rules.ts';
import { presentOptions, usualValue, valueAt, withValue } from './option-values.ts';
import { WishFields } from './wish-fields.tsx';
import { CandidateField } from './candidate-field.tsx';
import { CheckField } from '../parts/field.tsx';
import styles from './plan.module.css';

type Body = Change['body'];

export interface OptionsProps {
  readonly change: Change;
  readonly rules: Rules;
  readonly status: Status | null;
  readonly problems: ProblemDocument['problems'];
  readonly onChange: (body: Body) => void;
  /** Whether "All options" stands open at first. */
  readonly open: boolean;
}

/** What the change takes: the defaults of the API are filled in, and so is what the database has. */
export const PlanOptions = ({ change, rules, status, problems, onChange, open }: OptionsProps): ReactNode => {
  const { kind, body } = change;
  const present = presentOptions(change, status);
  const paths = Object.keys(rules).filter((path) => !otherwiseAsked.includes(path) && isFitting(change, path));
  const first = paths.filter((path) => firstOptions[kind].includes(path));
  const others = paths.filter((path) => !firstOptions[kind].includes(path));
  const set = (path: string, value: unknown): void => onChange(withValue(body, path, value));
  const errorOf = (path: string): string | null => problems.find((problem) => problem.path === path)?.allowed ?? null;
  const field = (path: string): ReactNode => {
    const error = errorOf(path);
    const shown = error === null ? null : `Allowed: ${error}`;
    const value = valueAt(body, path);
    if (path === 'target_node' && status)
      return (
        <CandidateField key={path} {...{ status, kind, value }} error={shown} onChange={(node) => set(path, node)} />
      );
    const usual = usualValue(path, rules[path]!, present);
    return (
      <OptionField
        key={path}
        {...{ path, value, usual }}
        rule={rules[path]!}
        error={shown}
        onChange={(next) => set(path, next)}
      />
    );
  };
  const hasMore = others.length > 0;
  return (
    <div className={styles['options']}>
      {first.length > 0 && <div className={styles['fields']}>{first.map(field)}</div>}
      <WishFields {...{ change, problems, onChange }} />
      <WithPooling {...{ change, status, onChange }} />
      <CutOverChoice {...{ change, rules, onChange, errorOf }} />
      {hasMore && (
        <Fold title="All options" open={open || others.some((path) => errorOf(path) !== null)}>
          <div className={styles['fields']}>{others.map(field)}</div>
        </Fold>
      )}
    </div>
  );
};

/** Options of what is not part of this change. */
const isFitting = ({ kind, body }: Change, path: string): boolean => {
  if (kind === 'change') return !isWish(path);
  if (kind === 'scale-down' && path.startsWith('replicas.')) return body['target'] === 'replicas';
  return true;
};

/** Of what grows past the stage of pooling without it. */
const WithPooling = ({ change, status, onChange }: Pick<OptionsProps, 'change' | 'status' | 'onChange'>): ReactNode => {
  const { kind, body } = change;
  const isUpwards = (kind === 'ha' && body['enabled'] !== false) || (kind === 'replicas' && body['count'] !== 0);
  const isThere = status === null || status.pooling.enabled || (kind === 'replicas' && status.stage >= 2);
  if (!isUpwards || (isThere && !('pooling' in body))) return null;
  return (
    <CheckField
      label="Together with pooling"
      help="PgBouncer is added by the same operation."
      checked={'pooling' in body}
      onChange={(event) => onChange(withValue(body, 'pooling', event.target.checked ? {} : undefined))}
    />
  );
};
