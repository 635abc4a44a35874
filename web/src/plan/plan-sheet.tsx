import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { useLocation } from 'wouter';
import { changeKinds, type Change } from '../data/changes.ts';
import { keys } from '../data/keys.ts';
import { useDatabase } from '../data/queries.ts';
import type { Accepted, Plan, Status } from '../data/types.ts';
import { Dialog, useFinalFocus } from '../parts/dialog.tsx';
import { toast } from '../parts/toasts.tsx';
import { databasePath } from '../shell/of-database.ts';
import { planTitle } from './plan-text.ts';
import { SheetBody } from './sheet-body.tsx';
import { useSettledChange } from './use-settled-change.ts';
import { usePlan } from './use-plan.ts';

export interface PlanSheetProps {
  readonly project: string;
  /** Null of a database that is still to be made. */
  readonly name: string | null;
  /** The one that the address names. */
  readonly change: Change;
  readonly onClose: () => void;
}

/** A change before it happens: what it would do, what it costs, and the one button that starts it. */
export const PlanSheet = (props: PlanSheetProps): ReactNode =>
  props.name === null ? <Sheet {...props} status={null} /> : <SheetOfDatabase {...props} name={props.name} />;

const SheetOfDatabase = (props: PlanSheetProps & { readonly name: string }): ReactNode => {
  const { data } = useDatabase(props.project, props.name);
  return <Sheet {...props} status={data ?? null} />;
};

const Sheet = ({ project, name, change, onClose, status }: PlanSheetProps & { status: Status | null }): ReactNode => {
  const [draft, settled, setBody] = useSettledChange(change);
  const subject = { project, name, change: settled };
  const planned = usePlan(subject);
  const [, navigate] = useLocation();
  const cache = useQueryClient();
  const finalFocus = useFinalFocus();
  const heading = useRef<HTMLHeadingElement>(null);
  const { kind } = change;
  const onStarted = (accepted: Accepted, plan: Plan): void => {
    const own = kind === 'create' || kind === 'restore' ? plan.database : (name ?? plan.database);
    const operation = databasePath(project, own, `operations/${accepted.operation_id}`);
    const title = planTitle(plan, draft.body);
    if (kind === 'destroy') toast(`${title} has started.`, { href: operation, link: 'Show the operation' });
    else toast(`${title} has started.`);
    if (kind === 'change') cache.setQueryData(keys.edits(project, own), {});
    // In place of the sheet: going back does not open it once more.
    navigate(kind === 'destroy' ? '/' : operation, { replace: true });
  };
  return (
    <Dialog
      open
      shape="sheet"
      onClose={onClose}
      initialFocus={heading}
      finalFocus={finalFocus}
      title={
        <span ref={heading} tabIndex={-1}>
          {planned.data ? planTitle(planned.data, draft.body) : titleOf(kind, name)}
        </span>
      }
      description="This is a preview: nothing has been changed yet."
    >
      <SheetBody
        // Ticks and typed names belong to one change.
        key={kind}
        {...{ project, name, status, subject, planned, onClose, onStarted }}
        change={draft}
        isSettling={draft !== settled}
        onChange={setBody}
      />
    </Dialog>
  );
};

const titleOf = (kind: Change['kind'], name: string | null): string =>
  name === null ? changeKinds[kind].title : `${changeKinds[kind].title}: ${name}`;
