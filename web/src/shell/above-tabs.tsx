import type { ReactNode } from 'react';
import type { Status } from '../data/types.ts';
import { Notice } from '../parts/notice.tsx';

/** Above every tab of a database: what is wrong, the operation that runs, and how long it can be rolled back. */
export const AboveTabs = ({ status }: { readonly status: Status }): ReactNode => (
  <>
    {status.notices.map((notice) => (
      <Notice key={notice} tone="warn">
        <p>{notice}</p>
      </Notice>
    ))}
  </>
);
