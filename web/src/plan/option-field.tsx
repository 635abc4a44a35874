import { plainText } from '../format/plain.ts';
import { type ReactNode, useState } from 'react';
import { CheckField, SelectField, TextField } from '../parts/field.tsx';
import { choiceText, helpOf, isInSeconds, titleOfOption } from './option-labels.ts';
import type { Rule } from './option-rules.ts';
import { textOf, valueOf } from './option-values.ts';

interface OptionFieldProps {
  readonly path: string;
  readonly rule: Rule;
  /** Undefined where it is not given. */
  readonly value: unknown;
  /** What it is where it is not given. */
  readonly usual: unknown;
  readonly error: string | null;
  /** Undefined: as usual. */
  readonly onChange: (value: unknown) => void;
}

/** One option, in the kind of field that its rule asks for. */
export const OptionField = ({ path, rule, value, usual, error, onChange }: OptionFieldProps): ReactNode => {
  const label = titleOfOption(path);
  const shown = textOf(path, rule, value === undefined ? usual : value);
  const change = (next: unknown): void => onChange(Object.is(next, usual) ? undefined : next);
  if (rule.type === 'boolean')
    return (
      <CheckField
        label={label}
        error={error}
        checked={(value ?? usual) === true}
        onChange={(event) => change(event.target.checked)}
      />
    );
  if (rule.enum)
    return (
      <SelectField
        label={label}
        error={error}
        value={shown}
        onChange={(event) => change(valueOf(path, rule, event.target.value))}
      >
        {usual === undefined && <option value="">as usual</option>}
        {!rule.enum.some((each) => plainText(each) === shown) && shown !== '' && <option value={shown}>{shown}</option>}
        {rule.enum.map((each) => (
          <option key={plainText(each)} value={plainText(each)}>
            {choiceText(path, each)}
          </option>
        ))}
      </SelectField>
    );
  return <TypedField {...{ path, rule, label, error, shown, change }} />;
};

interface TypedFieldProps extends Pick<OptionFieldProps, 'path' | 'rule' | 'error'> {
  readonly label: string;
  readonly shown: string;
  readonly change: (value: unknown) => void;
}

/** Keeps what is typed as it is typed: `1h` becomes 3600 only on its way to the API. */
const TypedField = ({ path, rule, label, error, shown, change }: TypedFieldProps): ReactNode => {
  const [typed, setTyped] = useState<string | null>(null);
  const help = helpOf(path, rule);
  return (
    <TextField
      label={label}
      error={error}
      {...(help !== undefined && { help })}
      {...(rule.type === 'integer' && !isInSeconds(path, rule) && { inputMode: 'numeric' as const })}
      value={typed ?? shown}
      onChange={(event) => {
        setTyped(event.target.value);
        change(valueOf(path, rule, event.target.value));
      }}
      onBlur={() => setTyped(null)}
    />
  );
};
