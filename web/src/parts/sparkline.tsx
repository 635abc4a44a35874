import type { ReactNode } from 'react';
import styles from './parts.module.css';

interface SparklineProps {
  /** Evenly spaced; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** `bars`: each value is a thing of its own, such as a hand-over. */
  readonly shape?: 'line' | 'bars';
}

const height = 18;
const width = 72;

/** A curve without axes, beside the number that it explains. What it shows has to be said in words too. */
export const Sparkline = ({ values, shape = 'line' }: SparklineProps): ReactNode => {
  const most = Math.max(...values.map(Number), 0);
  // A flat line at nothing says less than the number beside it.
  if (most === 0 || values.filter((value) => value !== null).length < 2) return null;
  const y = (value: number): number => height - 1 - (value / most) * (height - 2);
  const step = width / (shape === 'bars' ? values.length : values.length - 1);
  return (
    <svg className={styles['sparkline']} viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden>
      {shape === 'line' ? (
        <path d={pathOf(values, step, y)} />
      ) : (
        values.map((value, index) =>
          value === null ? null : (
            <rect
              // The place in the row is what a bar is.
              key={index}
              x={index * step}
              y={Math.min(y(value), height - 2)}
              width={Math.max(1, Math.min(step - 1, 8))}
              height={Math.max(2, height - y(value))}
            />
          ),
        )
      )}
    </svg>
  );
};

/** Broken where nothing was measured. */
const pathOf = (values: SparklineProps['values'], step: number, y: (value: number) => number): string =>
  values
    .map((value, index) => {
      if (value === null) return '';
      const command = index === 0 || values[index - 1] == null ? 'M' : 'L';
      return `${command}${(index * step).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
