import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { changeOf, changeSearch } from '../../data/changes.ts';
import { useMe } from '../../data/queries.ts';
import { moneyText } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import { Button } from '../../parts/button.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { PlanSheet } from '../../shell/plan-sheet.tsx';
import { CreateFields } from './create-fields.tsx';
import { bodyOf, draftOf } from './draft.ts';
import styles from './new.module.css';
import { useCreateCheck } from './use-create-check.ts';

const allProjects = '*';

/** A database that is still to be made. What is allowed is the API's to say; the plan is what starts it. */
export const NewPage = (): ReactNode => {
  usePageTitle('New database');
  const { data: me } = useMe();
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(() => draftOf(changeOf(search)?.body ?? {}));
  const [chosen, setProject] = useState('default');
  const form = useRef<HTMLFormElement>(null);
  const mayChoose = me?.project === allProjects;
  const project = mayChoose ? chosen : (me?.project ?? 'default');
  const body = bodyOf(draft);
  const check = useCreateCheck({ project, body });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!check.plan || !check.isSettled) {
      form.current?.querySelector<HTMLElement>('[aria-invalid=true], :invalid')?.focus();
      return;
    }
    navigate(`/new${changeSearch({ kind: 'create', body })}`);
  };
  const why =
    draft.name === ''
      ? 'The name is empty.'
      : check.plan
        ? null
        : check.isSettled
          ? 'Something is not allowed yet.'
          : 'It is being checked.';
  return (
    <div className={styles['page']}>
      <h1>New database</h1>
      <p className={styles['quiet']}>
        One server to begin with. It grows later, with its data and under the same address.
      </p>
      <form ref={form} className={styles['form']} onSubmit={submit} noValidate>
        <CreateFields
          draft={draft}
          onChange={(name, value) => setDraft({ ...draft, [name]: value })}
          errorOf={check.errorOf}
          project={mayChoose ? { value: chosen, onChange: setProject } : null}
        />
        {check.otherError !== null && <ProblemNotice error={check.otherError} />}
        <div className={styles['foot']}>
          <Button type="submit" look="primary" refused={why}>
            Preview the plan
          </Button>
          <output className={styles['quiet']}>
            {check.plan &&
              `${moneyText(check.plan.cost_after.monthly_usd)} per month · ready in about ${durationText(check.plan.estimated_duration_minutes * 60_000)}`}
          </output>
        </div>
      </form>
      <PlanSheet project={project} name={null} />
    </div>
  );
};
