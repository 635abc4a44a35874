import type { ReactNode } from 'react';
import { useDatabase, useLadder } from '../../data/queries.ts';
import type { Ladder, Status } from '../../data/types.ts';
import { Loading, Notice, ProblemNotice } from '../../parts/notice.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { PoolingSwitch } from './pooling-switch.tsx';
import { RungCard } from './rung-card.tsx';
import { commonRefusal } from './rung-texts.ts';
import styles from './scale.module.css';

/** Where the database stands, and where it can go from here. */
export const ScalePage = (of: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(of.project, of.name);
  const { data: ladder, error, refetch } = useLadder(of.project, of.name);
  if (error && !ladder) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!ladder || !status) return <Loading what="where it can go from here" />;
  return <LadderOf {...{ ladder, status }} />;
};

export const LadderOf = ({ ladder, status }: { readonly ladder: Ladder; readonly status: Status }): ReactNode => {
  const refusal = commonRefusal(ladder);
  return (
    <>
      <h2>Scale</h2>
      {refusal !== null && (
        <Notice tone="info">
          <p>{refusal}</p>
        </Notice>
      )}
      <div className={ladder.pooling ? styles['beside'] : undefined}>
        <ol className={styles['ladder']} aria-label="Stages, the highest first" reversed>
          {ladder.rungs.toReversed().map((rung) => (
            <RungCard
              key={rung.stage}
              {...{ rung, status }}
              monthlyUsd={ladder.monthly_usd}
              isReasonKnown={refusal !== null}
            />
          ))}
        </ol>
        {ladder.pooling && <PoolingSwitch pooling={ladder.pooling} status={status} isReasonKnown={refusal !== null} />}
      </div>
      <p className={styles['quiet']}>Costs are estimates from the price table, not a bill.</p>
    </>
  );
};
