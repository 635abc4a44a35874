import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The scenarios that take longest, the first of them most. All others come after them. */
const longest: readonly string[] = [
  'switchover',
  'way-down',
  'failover',
  'ways-back',
  'failures-waits',
  'control-planes',
  'jumps',
  'failures-worker',
  'replicas',
  'failures-cut-over',
];

/** So that all workers end together: what is left for the end is short. vitest itself goes by the sizes of files. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isScenario = ({ project }: TestSpecification): boolean => project.name === 'scenarios';
    const scenarios = sorted.filter(isScenario).toSorted((a, b) => rankOf(a) - rankOf(b));
    return [...sorted.filter((file) => !isScenario(file)), ...scenarios];
  }
}

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = longest.indexOf(basename(moduleId, '.test.ts'));
  return rank < 0 ? longest.length : rank;
};
