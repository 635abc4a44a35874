import { Plus } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { moneyChangeText } from '../../format/numbers.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import type { Missing } from './growth.ts';
import styles from './overview.module.css';
import { type Layer, layerTitles } from './picture.ts';

interface LayerRowProps {
  readonly layer: Layer;
  /** What is true of the layer as a whole. */
  readonly note?: ReactNode;
  /** Before its nodes. */
  readonly above?: ReactNode;
  /** Its nodes, as list items. */
  readonly children?: ReactNode;
  readonly hasNodes: boolean;
  readonly missing: Missing | undefined;
  readonly of: OfDatabase;
}

/** One layer of the picture: a section with a list of nodes, and what it could have besides. */
export const LayerRow = ({ layer, note, above, children, hasNodes, missing, of }: LayerRowProps): ReactNode => {
  const id = useId();
  return (
    <section
      className={styles['layer']}
      aria-labelledby={id}
      data-layer={layer}
      data-missing={(missing !== undefined && !hasNodes) || undefined}
    >
      <div className={styles['layerHead']}>
        <h3 id={id}>{layerTitles[layer]}</h3>
        {note !== undefined && <div className={styles['note']}>{note}</div>}
      </div>
      <div className={styles['layerBody']}>
        {above}
        {hasNodes && <ul className={styles['cards']}>{children}</ul>}
        {missing && <MissingPart of={of} layer={layer} missing={missing} isWhole={!hasNodes} />}
      </div>
    </section>
  );
};

const MissingPart = ({
  of: { project, name },
  layer,
  missing: { what, monthly_usd, search, refused },
  isWhole,
}: {
  readonly of: OfDatabase;
  readonly layer: Layer;
  readonly missing: Missing;
  /** The layer has nothing else. */
  readonly isWhole: boolean;
}): ReactNode => (
  <p className={styles['missing']}>
    <span>
      {isWhole && 'not enabled · '}
      {what}
    </span>
    {monthly_usd !== null && (
      <span className={styles['price']}>
        {moneyChangeText(monthly_usd)}
        <span className="visually-hidden"> per month</span>
      </span>
    )}
    {refused !== null ? (
      <Button refused={refused} aria-label={`Add ${nameOf(layer)}`}>
        <Plus size={15} aria-hidden /> Add
      </Button>
    ) : (
      search !== null && (
        <ButtonLink href={databasePath(project, name) + search} aria-label={`Add ${nameOf(layer)}`}>
          <Plus size={15} aria-hidden /> Add
        </ButtonLink>
      )
    )}
  </p>
);

const nameOf = (layer: Layer): string =>
  layer === 'database'
    ? 'read replicas'
    : layer === 'consensus'
      ? 'automatic failover'
      : layerTitles[layer].toLowerCase();
