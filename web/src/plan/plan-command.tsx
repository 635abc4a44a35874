import type { ReactNode } from 'react';
import type { Plan } from '../data/types.ts';
import { Copyable } from '../parts/copy.tsx';
import { Fold } from '../parts/fold.tsx';
import { commandLine, curlCommand, type Typed } from './command.ts';
import styles from './plan.module.css';

/** The same change by the command line and by `curl`. */
export const PlanCommand = ({ typed, plan }: { readonly typed: Typed; readonly plan: Plan }): ReactNode => (
  <Fold title="As a command">
    <div className={styles['fields']}>
      <Copyable text={commandLine(typed)} label="the command" />
      {typed.project !== 'default' && (
        <p className={styles['note']}>
          With a context of the project {typed.project}: <code>--context NAME</code>
        </p>
      )}
      <Copyable text={curlCommand(typed, { origin: location.origin, digest: plan.digest })} label="the curl call" />
    </div>
  </Fold>
);
