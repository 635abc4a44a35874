import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Node } from '../../data/types.ts';
import { bytesText } from '../../format/numbers.ts';
import { durationText, momentText } from '../../format/times.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './overview.module.css';
import type { Card } from './picture.ts';

/** Everything that is known of the node that the address names. */
export const NodeDetails = ({ of, card }: { readonly of: OfDatabase; readonly card: Card }): ReactNode => (
  <section className={styles['details']} aria-label={`Details of ${card.name}`}>
    <div className={styles['cardHead']}>
      <h4 className={styles['cardName']}>{card.name}</h4>
      <ButtonLink look="quiet" icon href={databasePath(of.project, of.name)} aria-label="Close the details">
        <X size={16} aria-hidden />
      </ButtonLink>
    </div>
    <dl>
      {factsOf(card, card.node!).map(([term, fact]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  </section>
);

type Fact = readonly [term: string, fact: string];

/** What is not known is left out. */
const factsOf = (card: Card, node: Node): readonly Fact[] => {
  const fact = <T,>(term: string, value: T | null | undefined, text: (value: T) => string = String): readonly Fact[] =>
    value == null ? [] : [[term, text(value)]];
  return [
    ...fact('State', card.word),
    ...fact('Because', node.detail),
    ...fact('Note', node.note),
    ...fact('Since', node.since, momentText),
    ...fact('Last answer', node.answered_at, momentText),
    ...fact('Version', node.version),
    ...fact('Timeline', node.timeline),
    ...fact('Position', node.position?.lsn),
    ...(card.leads ? [] : fact('Behind', node.lag_bytes, bytesText)),
    ...(card.leads ? [] : fact('Behind in time', node.lag_seconds, (seconds) => durationText(seconds * 1000))),
    ...fact('Commits wait for it', node.synchronous, (is) => (is ? 'yes' : 'no')),
    ...fact('Data', node.volume_bytes, bytesText),
    ...fact('Container', node.container),
  ];
};
