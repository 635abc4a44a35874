import type { ReactNode } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { changeKinds, changeOf } from '../data/changes.ts';
import { Dialog } from '../parts/dialog.tsx';

/** The plan of the change that the address names. Open while it names one. */
export const PlanSheet = (): ReactNode => {
  const [search] = useSearchParams();
  const [path, navigate] = useLocation();
  const change = changeOf(search);
  if (!change) return null;
  return (
    <Dialog open shape="sheet" onClose={() => navigate(path)} title={changeKinds[change.kind].title}>
      {null}
    </Dialog>
  );
};
