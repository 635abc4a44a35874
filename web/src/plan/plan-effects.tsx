import type { ReactNode } from 'react';
import type { Plan } from '../data/types.ts';
import { CheckField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { endpointTitles, toTick } from './plan-text.ts';
import styles from './plan.module.css';

/** What clients notice, which nodes come and go. */
export const PlanEffects = ({ plan }: { readonly plan: Plan }): ReactNode => (
  <>
    {plan.endpoints.length > 0 && (
      <section aria-label="Clients" className={styles['part']}>
        <h3>Clients</h3>
        <dl className={styles['effects']}>
          {plan.endpoints.map(({ name, effect, says }) => (
            <div key={name} data-effect={effect}>
              <dt>{endpointTitles[name]}</dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
      </section>
    )}
    {plan.type !== 'destroy' && plan.nodes_added.length + plan.nodes_removed.length > 0 && (
      <section aria-label="Nodes" className={styles['part']}>
        <h3>Nodes</h3>
        <NodeList sign="+" label="added" nodes={plan.nodes_added} />
        <NodeList sign="−" label="removed" nodes={plan.nodes_removed} kept={keptIn(plan)} />
      </section>
    )}
  </>
);

interface NodeListProps {
  readonly sign: '+' | '−';
  readonly label: string;
  readonly nodes: readonly string[];
  /** Of those, what stays for the way back. */
  readonly kept?: readonly string[];
}

const NodeList = ({ sign, label, nodes, kept = [] }: NodeListProps): ReactNode =>
  nodes.length === 0 ? null : (
    <p className={sign === '+' ? styles['added'] : styles['removed']}>
      <span aria-hidden>{sign}</span>
      <span className="visually-hidden">{label}: </span> {nodes.join(', ')}
      {kept.length > 0 && <span className={styles['note']}> ({kept.join(', ')} kept for the way back)</span>}
    </p>
  );

const keptIn = ({ topology, nodes_removed }: Plan): readonly string[] =>
  (topology.after ?? []).flatMap(({ name, kept }) => (kept && nodes_removed.includes(name) ? [name] : []));

interface WarningsProps {
  readonly plan: Plan;
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (text: string, isTicked: boolean) => void;
}

/** In the API's words. What is lost has to be ticked. */
export const PlanWarnings = ({ plan, ticked, onTick }: WarningsProps): ReactNode => {
  const boxes = toTick(plan);
  const warnings = plan.warnings.filter((each) => !boxes.includes(each));
  return (
    <>
      {warnings.length > 0 && (
        <section aria-label="Warnings" className={styles['part']}>
          <h3>Warnings</h3>
          <ul className={styles['warnings']}>
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      {boxes.length > 0 && (
        <fieldset className={styles['losses']}>
          <legend>To be confirmed</legend>
          {boxes.map((loss) => (
            <CheckField
              key={loss}
              label={loss}
              checked={ticked.has(loss)}
              onChange={(event) => onTick(loss, event.target.checked)}
            />
          ))}
        </fieldset>
      )}
    </>
  );
};

/** What the worker would check first, and what of it does not hold. */
export const PlanPreflight = ({ plan }: { readonly plan: Plan }): ReactNode => {
  const found = (plan.preflight ?? []).filter(({ ok }) => ok !== true);
  if (found.length === 0) return null;
  const refuses = found.some(({ ok }) => ok === false);
  return (
    <Notice tone={refuses ? 'bad' : 'warn'}>
      {refuses && <p>It would be refused before anything is touched:</p>}
      <ul>
        {found.map(({ check, says }) => (
          <li key={check}>
            {check}: {says}
          </li>
        ))}
      </ul>
    </Notice>
  );
};
