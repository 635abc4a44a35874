import { useMe } from '../data/queries.ts';
import { useStandstill } from '../data/standstill.ts';
import type { Role } from '../data/types.ts';

const order: readonly Role[] = ['viewer', 'operator', 'admin'];

/** `needs operator` where the caller's role does not reach it; null where it does. The server decides, the page only explains. */
export const useRoleRefusal = (needed: Role): string | null => {
  const { data } = useMe();
  if (!data) return 'who you are is not known yet';
  return order.indexOf(data.role) >= order.indexOf(needed) ? null : `needs ${needed}`;
};

/** Why something that changes anything cannot be done now: the role, or what of the control plane is away. Null where it can. */
export const useRefusal = (needed: Role): string | null => {
  const standstill = useStandstill();
  return useRoleRefusal(needed) ?? standstill;
};
