import { ladderAnswer } from '../../src/api/documents/ladder.ts';
import { planned } from '../../src/api/documents/operation.ts';

/** Answers that the tests of the console have on file: they are still what the API answers. @throws ZodError */
export const parseRecorded = ({ ladders, plans }: Readonly<Record<'ladders' | 'plans', object>>): void => {
  for (const ladder of Object.values(ladders)) ladderAnswer.parse(ladder);
  for (const plan of Object.values(plans)) planned.parse(plan);
};
