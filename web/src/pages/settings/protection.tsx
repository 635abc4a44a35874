import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { request, servicePath } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { Status } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import styles from './settings.module.css';

/** Whether it may be destroyed at all. */
export const Protection = ({ status }: { readonly status: Status }): ReactNode => {
  const { project, name, protected: isProtected } = status;
  const cache = useQueryClient();
  const refusal = useRefusal('admin');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => request('PATCH', servicePath(project, name), { protected: !isProtected }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.database(project, name) }),
  });
  return (
    <section className={styles['card']} aria-label="Protection">
      <h3>{isProtected ? 'Protected' : 'Not protected'}</h3>
      <p className={styles['quiet']}>
        {isProtected
          ? `${name} is not destroyed, whatever role asks for it.`
          : `An admin can destroy ${name}. Protected, it is not destroyed, whatever role asks for it.`}
      </p>
      <Button refused={refusal ?? (isPending ? 'It is being recorded.' : null)} onClick={() => mutate()}>
        {isProtected ? 'Protect no longer' : 'Protect'}
      </Button>
      {error && <ProblemNotice error={error} />}
    </section>
  );
};
