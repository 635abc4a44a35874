import { type ReactNode, Suspense } from 'react';
import { useLocation } from 'wouter';
import type { Status } from '../data/types.ts';
import { isComingOrGoing } from '../parts/health-mark.tsx';
import { lazyPart } from '../parts/lazy-part.ts';
import { Notice } from '../parts/notice.tsx';
import { databasePath } from './of-database.ts';

const OperationStrip = lazyPart(() => import('./operation-strip.tsx'), 'OperationStrip');
const WindowBanner = lazyPart(() => import('./window-banner.tsx'), 'WindowBanner');

/** Above every tab of a database: what is wrong, the operation that runs, and how long the last one can be rolled back. */
export const AboveTabs = ({ status }: { readonly status: Status }): ReactNode => {
  const [path] = useLocation();
  const { project, name, notices, operation, unfinished_operation, checkpoint } = status;
  const shown = operation ?? unfinished_operation;
  // Its own page says all of it.
  const isItsPage = shown !== null && path === databasePath(project, name, `operations/${shown.id}`);
  // While it runs, its window is not open yet.
  const isOpen = checkpoint?.status === 'open' && checkpoint.operation_id !== operation?.id;
  // What is not there yet, or goes, is not missing.
  const seen = isComingOrGoing(operation) ? [] : notices;
  return (
    <>
      {seen.map((notice) => (
        <Notice key={notice} tone="warn">
          <p>{notice}</p>
        </Notice>
      ))}
      <Suspense fallback={null}>
        {shown && !isItsPage && <OperationStrip status={status} operation={shown} />}
        {isOpen && <WindowBanner status={status} checkpoint={checkpoint} />}
      </Suspense>
    </>
  );
};
