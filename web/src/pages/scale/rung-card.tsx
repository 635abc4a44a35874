import type { ReactNode } from 'react';
import { changeSearch } from '../../data/changes.ts';
import type { Rung, Status } from '../../data/types.ts';
import { moneyChangeText, moneyText } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { databasePath } from '../../shell/of-database.ts';
import { PresentRung } from './present-rung.tsx';
import { backText, clientTexts, rungTexts } from './rung-texts.ts';
import styles from './scale.module.css';

interface RungCardProps {
  readonly rung: Rung;
  readonly status: Status;
  /** What it costs now. */
  readonly monthlyUsd: number;
  /** Why nothing can be done is said above already. */
  readonly isReasonKnown: boolean;
}

/** One stage: what it gives, what it costs, what clients notice, how long it takes, how to go back. */
export const RungCard = ({ rung, status, monthlyUsd, isReasonKnown }: RungCardProps): ReactNode => {
  const { title, gives, pays } = rungTexts[rung.name];
  const isPresent = rung.direction === 'present';
  return (
    <li
      className={isPresent ? styles['present'] : styles['rung']}
      aria-current={isPresent ? 'step' : undefined}
      data-stage={rung.stage}
    >
      <span className={styles['stage']} aria-hidden>
        {rung.stage}
      </span>
      <div className={styles['what']}>
        <h3>
          {title}
          {isPresent && <span className={styles['here']}> you are here</span>}
        </h3>
        <p>{gives}</p>
        {isPresent ? (
          <PresentRung status={status} />
        ) : (
          <>
            <Outlook rung={rung} isReasonKnown={isReasonKnown} />
            <p className={styles['quiet']}>Worth it {pays}.</p>
          </>
        )}
      </div>
      <div className={styles['price']}>
        {isPresent ? <strong>{moneyText(monthlyUsd)} per month</strong> : <Price rung={rung} />}
        {!isPresent && <Preview {...{ rung, status, isReasonKnown }} />}
      </div>
    </li>
  );
};

const Outlook = ({ rung, isReasonKnown }: Pick<RungCardProps, 'rung' | 'isReasonKnown'>): ReactNode => {
  if (!rung.plan)
    return isReasonKnown ? null : <p className={styles['refused']}>{rung.refused?.message ?? 'Not possible now.'}</p>;
  return (
    <dl className={styles['outlook']}>
      <dt>Clients</dt>
      <dd>
        {clientTexts(rung.plan).map((text) => (
          <div key={text}>{text}</div>
        ))}
      </dd>
      <dt>Takes</dt>
      <dd>
        ≈ {durationText(rung.plan.estimated_duration_minutes * 60_000)}
        {rung.plan.nodes_removed.some((node) => node.startsWith('pgbouncer-')) &&
          ', with the time that applications have to leave the pooler'}
      </dd>
      <dt>Back</dt>
      <dd>{backText(rung.direction, rung.plan)}</dd>
    </dl>
  );
};

const Price = ({ rung: { plan } }: Pick<RungCardProps, 'rung'>): ReactNode => {
  if (!plan) return null;
  const [before, after] = [plan.cost_before.monthly_usd, plan.cost_after.monthly_usd];
  return (
    <span className={styles['cost']}>
      {moneyChangeText(after - before)} → <strong>{moneyText(after)}</strong>
    </span>
  );
};

const Preview = ({
  rung,
  status,
  isReasonKnown,
}: Pick<RungCardProps, 'rung' | 'status' | 'isReasonKnown'>): ReactNode => {
  const { request, plan, refused, name } = rung;
  const label = `Preview ${rungTexts[name].title}`;
  if (!request || !plan)
    return (
      <Button aria-label={label} refused={refused?.message ?? 'not possible now'} quietly={!isReasonKnown}>
        Preview
      </Button>
    );
  const search = changeSearch({ kind: request.path, body: request.body });
  return (
    <ButtonLink
      href={`${databasePath(status.project, status.name, 'scale')}${search}`}
      look={rung.direction === 'up' ? 'primary' : 'usual'}
      aria-label={label}
    >
      Preview
    </ButtonLink>
  );
};
