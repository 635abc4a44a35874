import type { ReactNode } from 'react';
import { changeSearch, type Change } from '../../data/changes.ts';
import type { Ladder, Status } from '../../data/types.ts';
import { moneyChangeText, moneyText } from '../../format/numbers.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { databasePath } from '../../shell/of-database.ts';
import { clientTexts, poolText, rungTexts } from './rung-texts.ts';
import styles from './scale.module.css';

interface PoolingSwitchProps {
  readonly pooling: NonNullable<Ladder['pooling']>;
  readonly status: Status;
  readonly isReasonKnown: boolean;
}

/** Pooling does not depend on the stage from the replicas on: it stands beside the ladder. */
export const PoolingSwitch = ({ pooling, status, isReasonKnown }: PoolingSwitchProps): ReactNode => {
  const { enabled, plan, refused, request } = pooling;
  const to = (change: Change): string => `${databasePath(status.project, status.name, 'scale')}${changeSearch(change)}`;
  const turn = enabled ? 'Turn off …' : 'Turn on …';
  return (
    <section className={enabled ? styles['poolingOn'] : styles['pooling']} aria-label="Pooling">
      <h3>
        Pooling <span className={styles['here']}>{enabled ? 'on' : 'off'}</span>
      </h3>
      <p>{enabled ? poolText(status.pooling) : rungTexts.pooling.gives}</p>
      {plan && (
        <p>
          {enabled ? 'Without it' : 'With it'}:{' '}
          {moneyChangeText(plan.cost_after.monthly_usd - plan.cost_before.monthly_usd)} →{' '}
          <strong>{moneyText(plan.cost_after.monthly_usd)}</strong>
        </p>
      )}
      {plan && (
        <div>
          {clientTexts(plan).map((text) => (
            <div key={text}>{text}</div>
          ))}
        </div>
      )}
      {!plan && !isReasonKnown && <p className={styles['refused']}>{refused?.message}</p>}
      {!enabled && <p className={styles['quiet']}>Worth it {rungTexts.pooling.pays}.</p>}
      <div className={styles['actions']}>
        {plan ? (
          <ButtonLink href={to({ kind: request.path, body: request.body })} look={enabled ? 'usual' : 'primary'}>
            {turn}
          </ButtonLink>
        ) : (
          <Button refused={refused?.message ?? 'not possible now'} quietly={!isReasonKnown}>
            {turn}
          </Button>
        )}
        {enabled && <ButtonLink href={to({ kind: 'pooling', body: {} })}>Options …</ButtonLink>}
      </div>
    </section>
  );
};
