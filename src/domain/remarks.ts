import type { StepRecord } from './operation.ts';

/**
 * What an operation has left as it was. A step that is done keeps it in its detail: a line for each, which begins with the node it
 * is about. Several steps may meet the same node, which is named once.
 */
export const remarksOf = (steps: readonly Pick<StepRecord, 'status' | 'detail'>[]): readonly string[] => {
  const lines = steps.flatMap(({ status, detail }) => (status === 'done' && detail ? detail.split('\n') : []));
  const subjects = lines.map(subjectOf);
  return lines.filter((_, index) => subjects.indexOf(subjects[index]!) === index);
};

const subjectOf = (line: string): string => line.split(/[\s,:]/, 1)[0]!;
