import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { useLadder, useOfDatabase, useService } from '../../data/queries.ts';
import { useConnection } from '../../data/stream/use-topic.ts';
import type { Metrics, Status } from '../../data/types.ts';
import { Ago } from '../../parts/times.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { Endpoints } from './endpoints.tsx';
import { missingOf } from './growth.ts';
import { LayerRow } from './layer-row.tsx';
import { NodeCard } from './node-card.tsx';
import { NodeDetails } from './node-details.tsx';
import styles from './overview.module.css';
import { type Card, cardsOf, type Layer, layers, quorumOf } from './picture.ts';
import { SwitchOver } from './switch-over.tsx';

/** What the database consists of, from its clients inwards: what there is, what comes and goes, and what it could have. */
export const LayersPicture = ({ of, status }: { readonly of: OfDatabase; readonly status: Status }): ReactNode => {
  const [search] = useSearchParams();
  const cards = cardsOf(status);
  const isStopped = status.health === 'stopped';
  const { data: ladder } = useLadder(of.project, of.name, status.stage < 3 || !status.pooling.enabled);
  const missing = isStopped ? {} : missingOf(status, ladder);
  const lagsOf = useLags(of, status);
  const isStale = useConnection().state === 'reconnecting' || status.health === 'unknown';
  const selected = cards.find(({ name, node }) => node !== null && name === search.get('at'));
  const servers = cards.filter(({ kind, standing }) => kind === 'postgres' && standing === 'there').length;
  return (
    <div className={styles['picture']} data-stale={isStale || undefined}>
      <div className={styles['pictureHead']}>
        <h2>Layers</h2>
        {status.seen_at !== null && (
          <span className={styles['quiet']}>
            seen <Ago at={status.seen_at} />
          </span>
        )}
      </div>
      {layers.map((layer) => {
        const own = cards.filter((card) => card.layer === layer);
        return (
          <div key={layer} className={styles['level']}>
            <LayerRow
              layer={layer}
              of={of}
              hasNodes={own.length > 0}
              missing={own.some(({ standing }) => standing === 'coming') ? undefined : missing[layer]}
              note={<LayerNote layer={layer} of={of} status={status} cards={own} />}
              above={layer === 'clients' && <Endpoints of={of} />}
            >
              {own.map((card) => (
                <NodeCard
                  key={card.name}
                  of={of}
                  card={card}
                  servers={servers}
                  lags={lagsOf(card.name)}
                  isSelected={card === selected}
                  mayRepair={status.health === 'down' || status.health === 'degraded'}
                >
                  {card.kind === 'postgres' && card.leads && servers > 1 && <SwitchOver {...of} />}
                </NodeCard>
              ))}
            </LayerRow>
            {selected?.layer === layer && <NodeDetails of={of} card={selected} />}
          </div>
        );
      })}
    </div>
  );
};

const noLags: readonly number[] = [];

/** The last hour of each replica. */
const useLags = ({ project, name }: OfDatabase, { stage, health }: Status) => {
  const isWanted = stage >= 2 && health !== 'stopped';
  const { data } = useOfDatabase<Metrics>(project, name, 'metrics?names=lag&step=60', { isWanted, everyMs: 15_000 });
  return (node: string): readonly (number | null)[] =>
    data?.series.find((series) => series.name === 'lag' && series.node === node)?.points.map(([, value]) => value) ??
    noLags;
};

interface LayerNoteProps {
  readonly layer: Layer;
  readonly of: OfDatabase;
  readonly status: Status;
  readonly cards: readonly Card[];
}

const LayerNote = ({ layer, of, status, cards }: LayerNoteProps): ReactNode => {
  if (cards.length === 0) return null;
  if (layer === 'pooling') return <>{status.pooling.pool_mode} pooling</>;
  if (layer === 'routing') return status.routing.enabled && <Statistics of={of} />;
  if (layer === 'consensus') {
    const { up, total, needs } = quorumOf(cards);
    if (total === 0) return null;
    return (
      <>
        quorum {up}/{total}, needs {needs}
      </>
    );
  }
  return null;
};

/** HAProxy's own page. It is published on the machine where Docker runs. */
const Statistics = ({ of: { project, name } }: { readonly of: OfDatabase }): ReactNode => {
  const { data } = useService(project, name);
  if (!data) return null;
  return (
    <a href={`http://127.0.0.1:${data.ports.stats}/stats`} target="_blank" rel="noopener noreferrer">
      Statistics <ExternalLink size={13} aria-hidden />
      <span className="visually-hidden"> of HAProxy, opens another tab</span>
    </a>
  );
};
