import type { ReactNode } from 'react';
import type { Change } from '../data/changes.ts';
import type { ProblemDocument } from '../data/types.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { isWish, problemText, wishedPaths, wishedValue, withWish } from './edits.ts';
import { titleOfOption } from './option-labels.ts';
import styles from './plan.module.css';
import { useTyped } from './use-typed.ts';

interface WishFieldsProps {
  readonly change: Change;
  readonly problems: ProblemDocument['problems'];
  readonly onChange: (body: Change['body']) => void;
}

/** What of a change is not allowed as it stands, each in a field of its own. What is allowed needs none here. */
export const WishFields = ({ change: { kind, body }, problems, onChange }: WishFieldsProps): ReactNode => {
  const wrong = kind === 'change' ? problems.filter(({ path }) => isWish(path)) : [];
  if (wrong.length === 0) return null;
  return (
    <div className={styles['fields']}>
      {wrong.map(({ path, allowed }) => (
        <WishField key={path} {...{ body, path, allowed, onChange }} />
      ))}
    </div>
  );
};

interface WishFieldProps {
  readonly body: Change['body'];
  readonly path: string;
  readonly allowed: string;
  readonly onChange: WishFieldsProps['onChange'];
}

const WishField = ({ body, path, allowed, onChange }: WishFieldProps): ReactNode => {
  const { text, setTyped } = useTyped(wishedValue(body, path), (typed) =>
    wishedValue(withWish(body, path, typed), path),
  );
  return (
    <div className={styles['wish']}>
      <TextField
        label={labelOf(path)}
        error={problemText(path, allowed)}
        value={text}
        readOnly={!isTyped(path)}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(withWish(body, path, event.target.value));
        }}
        onBlur={() => setTyped(null)}
      />
      {wishedPaths(body).includes(path) && (
        <Button onClick={() => onChange(withWish(body, path, undefined))}>Leave it out</Button>
      )}
    </div>
  );
};

const isTyped = (path: string): boolean => !['extensions', 'image'].includes(path.split('.')[0]!);

const labelOf = (path: string): string => {
  const [first = '', ...rest] = path.split('.');
  if (first === 'extensions') return 'Extension';
  return rest.length === 0 ? titleOfOption(path) : rest.join('.');
};
