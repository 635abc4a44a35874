import { Circle, CircleHelp, CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMe, useSystem } from '../../data/queries.ts';
import type { System } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { For } from '../../parts/times.tsx';
import styles from './system.module.css';

const names: Readonly<Record<keyof System, string>> = {
  api: 'API',
  worker: 'Worker',
  temporal: 'Temporal',
  monitor: 'Monitor',
  docker: 'Docker',
  metadata: 'Metadata',
};

const icons = { up: Circle, down: CircleX, unknown: CircleHelp } as const;

/** The parts of the control plane: how each is, since when, and what to do. */
export const PartsSection = (): ReactNode => {
  const { data: me } = useMe();
  return (
    <Answered of={useSystem()} what="the state of the control plane">
      {(system) => (
        <>
          <ul className={styles['parts']}>
            {(Object.keys(system) as (keyof System)[]).map((part) => (
              <Part key={part} name={names[part] ?? part} {...system[part]} />
            ))}
          </ul>
          {me && (
            <p className={styles['quiet']}>
              pgrow {me.version}, home <code>{me.home}</code>
            </p>
          )}
        </>
      )}
    </Answered>
  );
};

const Part = ({ name, state, since, says, next }: System[keyof System] & { readonly name: string }): ReactNode => {
  const Icon = icons[state];
  return (
    <li className={styles['part']} data-state={state}>
      <div className={styles['partHead']}>
        <h3>{name}</h3>
        <span className={`${styles['mark']} ${styles[state]}`}>
          <Icon size={14} aria-hidden fill={state === 'up' ? 'currentColor' : 'none'} />
          {state}
        </span>
      </div>
      <p>{says}</p>
      {next !== null && (
        <p>
          <strong>{next}</strong>
        </p>
      )}
      <p className={styles['quiet']}>
        <For since={since} />
      </p>
    </li>
  );
};
