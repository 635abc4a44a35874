import type { ReactNode } from 'react';
import type { Operation } from '../../data/types.ts';
import { countText } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import table from '../../parts/parts.module.css';
import { type HandOverPicture, handOverPicture } from './hand-over-lanes.ts';
import styles from './hand-over.module.css';

const percent = (value: number): string => `${value}%`;

/** Lanes on one axis. They are a picture of the table below it, which says the same. */
export const HandOverLanes = ({ picture }: { readonly picture: HandOverPicture }): ReactNode => {
  const { lanes, endMs, says } = picture;
  const share = (ms: number): number => (endMs === 0 ? 0 : (ms / endMs) * 100);
  return (
    <figure className={styles['figure']}>
      <figcaption>{says}</figcaption>
      <div className={styles['lanes']} aria-hidden>
        {lanes.map(({ name, fromMs, toMs }, index) => (
          <div key={name} className={styles['row']}>
            <span className={styles['name']}>{name}</span>
            <span className={styles['track']}>
              <span
                className={`${styles['bar']} ${index === 0 ? styles['whole'] : ''}`}
                style={{ insetInlineStart: percent(share(fromMs)), width: percent(share(toMs - fromMs)) }}
              />
            </span>
            <span className={styles['ms']}>{durationText(toMs - fromMs)}</span>
          </div>
        ))}
      </div>
      <details>
        <summary>As a table</summary>
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {lanes.map(({ name, fromMs, toMs }) => (
              <tr key={name}>
                <th scope="row" data-label="What">
                  {name}
                </th>
                <td data-label="From">{countText(fromMs)} ms</td>
                <td data-label="To">{countText(toMs)} ms</td>
                <td data-label="Took">{countText(toMs - fromMs)} ms</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
};

/** What clients felt of a hand-over. Nothing where it was not measured. */
export const HandOver = ({ operation }: { readonly operation: Operation }): ReactNode => {
  const picture = handOverPicture(operation.hand_over);
  if (!picture) return null;
  const waited = (operation.hand_over?.poolers ?? []).filter(({ waiting_max }) => waiting_max !== null);
  return (
    <section className={styles['section']}>
      <h3>The hand-over</h3>
      <HandOverLanes picture={picture} />
      {waited.length > 0 && (
        <p>
          Most clients that waited:{' '}
          {waited.map(({ name, waiting_max }) => `${countText(waiting_max ?? 0)} at ${name}`).join(', ')}.
        </p>
      )}
    </section>
  );
};
