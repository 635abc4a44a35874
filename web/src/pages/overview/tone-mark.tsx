import { Circle, CircleHelp, CirclePause, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './overview.module.css';
import type { Tone } from './picture.ts';

const icons = {
  good: Circle,
  warn: TriangleAlert,
  bad: CircleX,
  unknown: CircleHelp,
  off: CirclePause,
  busy: LoaderCircle,
} as const;

/** Shape, word and colour of a node's state. */
export const ToneMark = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }): ReactNode => {
  const Icon = icons[tone];
  return (
    <span className={`${styles['mark']} ${styles[tone]}`}>
      <Icon size={13} aria-hidden fill={tone === 'good' ? 'currentColor' : 'none'} />
      {children}
    </span>
  );
};
