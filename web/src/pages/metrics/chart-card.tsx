import { type ReactNode, Suspense, useId, useMemo, useState } from 'react';
import type { Metrics } from '../../data/types.ts';
import { momentText } from '../../format/times.ts';
import { Button } from '../../parts/button.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import tables from '../../parts/parts.module.css';
import { type ChartKind, valueText } from './charts.ts';
import { type Curves, curvesOf, summaryOf } from './curves.ts';
import { dashes } from './dashes.ts';
import styles from './metrics.module.css';

const Plot = lazyPart(() => import('./plot.tsx'), 'Plot');

interface ChartCardProps {
  readonly kind: ChartKind;
  readonly metrics: Metrics;
  readonly spanMs: number;
}

/** One picture, what it shows in a sentence, and the numbers themselves on demand. */
export const ChartCard = ({ kind, metrics, spanMs }: ChartCardProps): ReactNode => {
  const [isTable, setTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const shown = useMemo(() => curvesOf(metrics, kind), [metrics, kind]);
  const summary = summaryOf(shown, kind);
  const isEmpty = shown.curves.length === 0;
  const until = Date.parse(metrics.until);
  return (
    <section className={styles['card']} aria-labelledby={id} data-chart={kind.id}>
      <div className={styles['cardHead']}>
        <h3 id={id}>{kind.title}</h3>
        {!isEmpty && (
          <Button look="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            Show as table
          </Button>
        )}
      </div>
      <p className={styles['says']}>{kind.says}</p>
      <p data-part="summary">{summary}</p>
      {!isEmpty && !isTable && (
        <>
          <div className={styles['picture']}>
            <Suspense fallback={<div className={styles['plot']} />}>
              <Plot
                label={`${kind.title}. ${summary}`}
                shown={shown}
                from={until - spanMs}
                until={until}
                fromZero={kind.fromZero}
                at={at}
                onAt={setAt}
              />
            </Suspense>
            <output className={styles['at']}>{timeAt(shown, at)}</output>
          </div>
          <Legend shown={shown} at={at} />
        </>
      )}
      {isTable && <ChartTable title={kind.title} shown={shown} />}
    </section>
  );
};

const timeAt = ({ times }: Curves, at: number | null): string => {
  const time = at === null ? undefined : times[at];
  return time === undefined ? '' : momentText(new Date(time).toISOString());
};

/** What the curves are, by colour and dash, and their values where the cursor stands. */
const Legend = ({ shown: { curves }, at }: { readonly shown: Curves; readonly at: number | null }) => (
  <ul className={styles['legend']}>
    {curves.map(({ label, unit, values }, index) => {
      const value = values[at ?? values.length - 1] ?? null;
      return (
        <li key={label}>
          <svg width="26" height="10" aria-hidden className={styles[`curve${(index % 6) + 1}`]}>
            <line x1="0" y1="5" x2="26" y2="5" strokeDasharray={dashes[index % dashes.length]!.join(' ')} />
          </svg>
          {label} <strong>{value === null ? '–' : valueText(value, unit)}</strong>
        </li>
      );
    })}
  </ul>
);

/** Newest first. */
const ChartTable = ({
  title,
  shown: { times, curves },
}: {
  readonly title: string;
  readonly shown: Curves;
}): ReactNode => (
  <section
    className={styles['table']}
    aria-label={`${title} as a table`}
    // It scrolls: so it can be reached by the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    tabIndex={0}
  >
    <table className={tables['table']}>
      <thead>
        <tr>
          <th scope="col">Time</th>
          {curves.map(({ label }) => (
            <th key={label} scope="col" className={tables['numeric']}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {times
          .map((time, index) => (
            <tr key={time}>
              <th scope="row" data-label="Time">
                {momentText(new Date(time).toISOString())}
              </th>
              {curves.map(({ label, unit, values }) => {
                const value = values[index] ?? null;
                return (
                  <td key={label} data-label={label} className={tables['numeric']}>
                    {value === null ? '–' : valueText(value, unit)}
                  </td>
                );
              })}
            </tr>
          ))
          .toReversed()}
      </tbody>
    </table>
  </section>
);
