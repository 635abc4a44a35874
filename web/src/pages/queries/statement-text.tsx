import { type ReactNode, useState } from 'react';
import { countText } from '../../format/numbers.ts';
import { Button } from '../../parts/button.tsx';
import styles from './queries.module.css';

/** Characters that are shown at once. */
const usual = 600;

/** A statement as it was written; of a long one its beginning, and the rest on demand. */
export const StatementText = ({ text }: { readonly text: string }): ReactNode => {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > usual;
  return (
    <>
      <pre className={styles['statement']}>{isCut ? `${text.slice(0, usual)} …` : text}</pre>
      {isCut && <Button onClick={() => setWhole(true)}>Show all {countText(text.length)} characters</Button>}
    </>
  );
};
