import type { ReactNode } from 'react';
import { changeSearch } from '../../data/changes.ts';
import { useCost, useDatabase, useLadder } from '../../data/queries.ts';
import type { Cost, Ladder, Operation, Rung } from '../../data/types.ts';
import { moneyChangeText, moneyText } from '../../format/numbers.ts';
import { stageNames, wordsOf } from '../../format/stages.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button, ButtonLink } from '../../parts/button.tsx';
import parts from '../../parts/parts.module.css';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './cost.module.css';
import { itemTexts, priceAt } from './prices.ts';

export const CostPage = ({ project, name }: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(project, name);
  const cost = useCost(project, name);
  const ladder = useLadder(project, name);
  return (
    <div className={styles['page']}>
      <h2>Cost of {name}</h2>
      <Answered of={cost} what="the cost">
        {(data) => <Now cost={data} operation={status?.operation ?? null} />}
      </Answered>
      <h2>At each stage</h2>
      <Answered of={ladder} what="what each stage would cost">
        {(data) => (
          <>
            <Stages of={{ project, name }} ladder={data} />
            <Pooling ladder={data} />
          </>
        )}
      </Answered>
      <p className={styles['quiet']}>These are estimates from the table of prices, not a bill.</p>
    </div>
  );
};

const Bar = ({ share }: { readonly share: number }): ReactNode => (
  <span className={styles['bar']} aria-hidden>
    <span style={{ inlineSize: `${Math.round(share * 100)}%` }} />
  </span>
);

const Now = ({ cost, operation }: { readonly cost: Cost; readonly operation: Operation | null }): ReactNode => {
  const most = Math.max(...cost.items.map(({ monthly_usd }) => monthly_usd), 1);
  const after = operation?.cost_after.monthly_usd;
  return (
    <>
      <table className={parts['table']}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className={parts['numeric']}>
              How many
            </th>
            <th scope="col" className={styles['barColumn']}>
              <span className="visually-hidden">Share</span>
            </th>
            <th scope="col" className={parts['numeric']}>
              Per month
            </th>
          </tr>
        </thead>
        <tbody>
          {cost.items.map(({ kind, count, monthly_usd }) => (
            <tr key={kind}>
              <th scope="row">{itemTexts[kind] ?? kind}</th>
              <td className={parts['numeric']} data-label="How many">
                {count}
              </td>
              <td className={styles['barColumn']}>
                <Bar share={monthly_usd / most} />
              </td>
              <td className={parts['numeric']} data-label="Per month">
                {moneyText(monthly_usd)}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Total
            </th>
            <td className={parts['numeric']}>
              <strong>{moneyText(cost.monthly_usd)}</strong>
            </td>
          </tr>
        </tfoot>
      </table>
      {operation !== null && after !== undefined && after !== cost.monthly_usd && (
        <p>
          The {wordsOf(operation.type)} that runs changes it to <strong>{moneyText(after)}</strong> (
          {moneyChangeText(after - cost.monthly_usd)} per month).
        </p>
      )}
    </>
  );
};

const Stages = ({ of, ladder }: { readonly of: OfDatabase; readonly ladder: Ladder }): ReactNode => {
  const most = Math.max(...ladder.rungs.map((rung) => priceAt(rung, ladder) ?? 0), 1);
  return (
    <table className={parts['table']}>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col" className={styles['barColumn']}>
            <span className="visually-hidden">Share</span>
          </th>
          <th scope="col" className={parts['numeric']}>
            Per month
          </th>
          <th scope="col" className={parts['numeric']}>
            Change
          </th>
          <th scope="col">Plan</th>
        </tr>
      </thead>
      <tbody>
        {ladder.rungs.map((rung) => (
          <StageRow key={rung.stage} of={of} rung={rung} price={priceAt(rung, ladder)} ladder={ladder} most={most} />
        ))}
      </tbody>
    </table>
  );
};

/** From stage 2 on pooling comes with any of them. */
const Pooling = ({ ladder: { pooling } }: { readonly ladder: Ladder }): ReactNode => {
  if (!pooling?.plan) return null;
  const { cost_before, cost_after } = pooling.plan;
  const change = moneyChangeText(cost_after.monthly_usd - cost_before.monthly_usd);
  return (
    <p>
      {pooling.enabled ? 'Without' : 'With'} connection pooling: <strong>{moneyText(cost_after.monthly_usd)}</strong> (
      {change} per month).
    </p>
  );
};

interface StageRowProps {
  readonly of: OfDatabase;
  readonly rung: Rung;
  readonly price: number | null;
  readonly ladder: Ladder;
  readonly most: number;
}

const StageRow = ({ of: { project, name }, rung, price, ladder, most }: StageRowProps): ReactNode => {
  const isPresent = rung.direction === 'present';
  const title = `${rung.stage} ${stageNames[rung.stage]}`;
  return (
    <tr aria-current={isPresent ? 'true' : undefined} className={isPresent ? styles['present'] : undefined}>
      <th scope="row">
        {title}
        {isPresent && <span className={styles['quiet']}> you are here</span>}
      </th>
      <td className={styles['barColumn']}>{price !== null && <Bar share={price / most} />}</td>
      <td className={parts['numeric']} data-label="Per month">
        {price === null ? 'not known' : moneyText(price)}
      </td>
      <td className={parts['numeric']} data-label="Change">
        {price === null || isPresent ? '' : moneyChangeText(price - ladder.monthly_usd)}
      </td>
      <td>
        {rung.refused ? (
          <Button refused={rung.refused.message} aria-label={`Preview ${title}`}>
            Preview
          </Button>
        ) : (
          rung.request && (
            <ButtonLink
              href={
                databasePath(project, name, 'cost') + changeSearch({ kind: rung.request.path, body: rung.request.body })
              }
              aria-label={`Preview ${title}`}
            >
              Preview
            </ButtonLink>
          )
        )}
      </td>
    </tr>
  );
};
