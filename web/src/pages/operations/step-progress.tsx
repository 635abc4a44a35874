import { type ReactNode, useState } from 'react';
import { useServerNow } from '../../data/clock.ts';
import type { Step } from '../../data/types.ts';
import { bytesText, countText } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import styles from './operations.module.css';
import { leftMs, ratePerSecond, type Samples, withSample } from './rate.ts';

type Progress = NonNullable<Step['progress']>;

/** How far a step is that counts: a bar, how fast, how long still. */
export const StepProgress = ({ progress, of }: { readonly progress: Progress; readonly of: string }): ReactNode => {
  const { done, total, unit } = progress;
  const now = useServerNow(1000);
  const [samples, setSamples] = useState<Samples>([]);
  const seen = withSample(samples, { at: now, done });
  if (seen !== samples) setSamples(seen);
  const rate = ratePerSecond(seen);
  const left = leftMs(seen, total);
  const amount = (value: number): string => (unit === 'bytes' ? bytesText(value) : `${countText(value)} ${unit}`);
  return (
    <div className={styles['progress']}>
      <progress className={styles['bar']} value={Math.min(done, total)} max={Math.max(total, 1)} aria-label={of} />
      <span>
        {unit === 'bytes' ? bytesText(done) : countText(done)} of {amount(total)}
        {rate !== null && unit === 'bytes' && ` · ${bytesText(rate)}/s`}
        {left !== null && ` · ≈ ${durationText(left)}`}
      </span>
    </div>
  );
};
