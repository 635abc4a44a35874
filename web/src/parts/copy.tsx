import { Check, Copy as CopyIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';
import styles from './parts.module.css';

type Outcome = 'copied' | 'selected' | null;

/** Without a secure context there is no clipboard: then the old way, and where that fails too the text is selected. */
const copyText = async (text: string, shown: HTMLElement | null): Promise<Outcome> => {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    if (!shown) return null;
    const selection = getSelection();
    const range = document.createRange();
    range.selectNodeContents(shown);
    selection?.removeAllRanges();
    selection?.addRange(range);
    return document.execCommand('copy') ? 'copied' : 'selected';
  }
};

interface CopyableProps {
  /** What is copied. */
  readonly text: string;
  /** What is shown in its place, such as a masked password. */
  readonly shown?: string;
  readonly label: string;
}

/** A text in a box, with a button that copies it. */
export const Copyable = ({ text, shown = text, label }: CopyableProps): ReactNode => {
  const [outcome, setOutcome] = useState<Outcome>(null);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), 3000);
    return () => clearTimeout(timer);
  }, [outcome]);
  return (
    <div className={styles['code']}>
      <pre ref={box}>{shown}</pre>
      <Button
        look="quiet"
        icon
        aria-label={`Copy ${label}`}
        onClick={() => void copyText(text, box.current).then(setOutcome)}
      >
        {outcome === 'copied' ? <Check size={16} aria-hidden /> : <CopyIcon size={16} aria-hidden />}
      </Button>
      <output className={outcome === 'selected' ? styles['why'] : 'visually-hidden'}>
        {outcome === 'copied' ? 'Copied' : ''}
        {outcome === 'selected' ? 'Selected: press Ctrl+C' : ''}
      </output>
    </div>
  );
};
