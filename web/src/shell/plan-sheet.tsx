import { type ReactNode, Suspense } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { changeOf } from '../data/changes.ts';
import { lazyPart } from '../parts/lazy-part.ts';

const Sheet = lazyPart(() => import('../plan/plan-sheet.tsx'), 'PlanSheet');

interface PlanSheetProps {
  readonly project: string;
  /** Null on a page of no database, where one is made. */
  readonly name: string | null;
}

/** The plan of the change that the address names. Open while it names one. */
export const PlanSheet = ({ project, name }: PlanSheetProps): ReactNode => {
  const [search] = useSearchParams();
  const [path, navigate] = useLocation();
  const change = changeOf(search);
  if (!change) return null;
  return (
    <Suspense>
      <Sheet key={change.kind} {...{ project, name, change }} onClose={() => navigate(path)} />
    </Suspense>
  );
};
