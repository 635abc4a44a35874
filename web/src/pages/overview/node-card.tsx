import { CircleDashed, Star } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Node } from '../../data/types.ts';
import { bytesText } from '../../format/numbers.ts';
import { timeText } from '../../format/times.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { Countdown, For } from '../../parts/times.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { NodeMenu } from './node-menu.tsx';
import styles from './overview.module.css';
import type { Card } from './picture.ts';
import { ToneMark } from './tone-mark.tsx';

interface NodeCardProps {
  readonly of: OfDatabase;
  readonly card: Card;
  readonly servers: number;
  /** The last hour of what it is behind. */
  readonly lags: readonly (number | null)[];
  readonly isSelected: boolean;
  /** Whether it is known what is wrong. */
  readonly mayRepair: boolean;
  readonly children?: ReactNode;
}

export const NodeCard = ({ of, card, servers, lags, isSelected, mayRepair, children }: NodeCardProps): ReactNode => {
  const { name, standing, leads, tone, node } = card;
  return (
    <li
      className={styles['card']}
      data-standing={standing}
      data-tone={tone}
      data-node={name}
      data-leads={leads || undefined}
    >
      <div className={styles['cardHead']}>
        <div className={styles['words']}>
          {leads && <Star size={15} aria-hidden fill="currentColor" className={styles['star']} />}
          {node ? (
            <Link
              href={`${databasePath(of.project, of.name)}${isSelected ? '' : `?at=${encodeURIComponent(name)}`}`}
              className={styles['cardName']}
              aria-current={isSelected ? 'true' : undefined}
            >
              {name}
            </Link>
          ) : (
            <span className={styles['cardName']}>{name}</span>
          )}
          <Words card={card} />
        </div>
        {node && <NodeMenu of={of} card={card} servers={servers} mayRepair={mayRepair} />}
      </div>
      {node && <Facts card={card} node={node} lags={lags} />}
      {children}
    </li>
  );
};

const Words = ({ card: { standing, word, tone, node } }: { readonly card: Card }): ReactNode => (
  <>
    {standing === 'coming' || (standing === 'kept' && tone === 'good') ? (
      <span className={styles['mark']}>
        <CircleDashed size={13} aria-hidden /> {word}
      </span>
    ) : (
      <ToneMark tone={tone}>{word}</ToneMark>
    )}
    {node?.synchronous === true && <span className={styles['tag']}>sync</span>}
    {standing === 'going' && <span className={styles['tag']}>to go</span>}
  </>
);

const Facts = ({
  card: { kind, leads, standing, tone },
  node,
  lags,
}: {
  readonly card: Card;
  readonly node: Node;
  readonly lags: readonly (number | null)[];
}): ReactNode => (
  <>
    {standing === 'kept' && (
      <p className={styles['fact']}>
        lag {bytesText(node.lag_bytes)}
        {node.kept?.until != null && (
          <>
            , goes in <Countdown until={node.kept.until} />
          </>
        )}
      </p>
    )}
    {kind === 'postgres' && leads && (
      <p className={styles['fact']}>
        {node.timeline !== null && `timeline ${node.timeline}`}
        {node.since !== null && (
          <>
            {node.timeline !== null && ', '}
            <For since={node.since} />
          </>
        )}
      </p>
    )}
    {kind === 'postgres' && !leads && standing !== 'kept' && node.lag_bytes !== null && (
      <p className={styles['fact']}>
        lag {bytesText(node.lag_bytes)} <Sparkline values={lags} />
      </p>
    )}
    {node.pool && (
      <p className={styles['fact']}>
        clients {node.pool.active} active, {node.pool.waiting} waiting / {node.pool.limit}
        {node.pool.paused && ', paused'}
      </p>
    )}
    {node.servers && (
      <p className={styles['fact']}>
        read-write {node.servers.read_write.up}/{node.servers.read_write.total} · read-only {node.servers.read_only.up}/
        {node.servers.read_only.total}
      </p>
    )}
    {node.detail !== null && <p className={styles['fact']}>{node.detail}</p>}
    {tone === 'bad' && node.detail === null && node.answered_at !== null && (
      <p className={styles['fact']}>no answer since {timeText(node.answered_at)}</p>
    )}
  </>
);
