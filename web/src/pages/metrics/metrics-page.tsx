import type { ReactNode } from 'react';
import { type Span, spanOf, spans, usualSpan } from '../../format/spans.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Answered } from '../../parts/answered.tsx';
import { Choices } from '../../parts/choices.tsx';
import { Notice } from '../../parts/notice.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { ChartCard } from './chart-card.tsx';
import { charts } from './charts.ts';
import styles from './metrics.module.css';
import { useMetrics } from './use-metrics.ts';

const choices = Object.entries(spans).map(([span, { text }]) => [span as Span, text] as const);

/** What was measured of a database, as curves. */
export const MetricsPage = ({ project, name }: OfDatabase): ReactNode => {
  const [text, setText] = useAddressValue('span', usualSpan);
  const span = spanOf(text);
  const found = useMetrics(project, name, span);
  return (
    <>
      <div className={styles['head']}>
        <h2>Metrics</h2>
        <Choices label="How far back" value={span} choices={choices} onChange={setText} />
      </div>
      <Answered of={found} what="what was measured">
        {(metrics) => (
          <>
            {metrics.says.map((sentence) => (
              <Notice key={sentence} tone="warn">
                <p>{sentence}</p>
              </Notice>
            ))}
            <div className={styles['charts']}>
              {charts.map((kind) => (
                <ChartCard key={kind.id} kind={kind} metrics={metrics} spanMs={spans[span].ms} />
              ))}
            </div>
          </>
        )}
      </Answered>
    </>
  );
};
