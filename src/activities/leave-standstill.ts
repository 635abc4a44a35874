import type { CutOff } from '../domain/cut-off.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { handBack } from './hand-back.ts';
import { findStandstill, type Next } from '../nodes/standstill.ts';

type Needs = Pick<Dependencies, 'platform' | 'store' | 'components'>;

/** What is left of a hand-over that an operator was left with, with nobody held and nothing paused any more. Null for none. */
export const leaveStandstill = async (dependencies: Needs, next: Next): Promise<CutOff | null> => {
  const found = await findStandstill(dependencies, next);
  if (!found) return null;
  await handBack(found);
  return found.cutOff;
};
