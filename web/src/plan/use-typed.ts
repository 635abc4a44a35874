import { useState } from 'react';

interface Field {
  readonly text: string;
  /** Null forgets what was typed: once the field is left. */
  readonly setTyped: (text: string | null) => void;
}

/**
 * The text of a field whose value is kept elsewhere and in another form: as it was typed, as long as that is what is kept. Else
 * `2.0` became `2` on the way to `2.05`.
 * @param kept as text
 * @param keptOf what is kept of a text, as text
 */
export const useTyped = (kept: string, keptOf: (text: string) => string): Field => {
  // `over`: what was kept before, until it is replaced a moment later.
  const [typed, setTyped] = useState<{ readonly text: string; readonly over: string } | null>(null);
  const isKept = typed !== null && [keptOf(typed.text), typed.over].includes(kept);
  return {
    text: isKept ? typed.text : kept,
    setTyped: (text) => setTyped(text === null ? null : { text, over: kept }),
  };
};
