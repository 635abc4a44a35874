import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Seconds that a file takes, measured; of the others, `usualSeconds`. Scenarios wait most of the time, for containers and
 * timers; what runs on fakes computes.
 */
const seconds: Readonly<Record<string, number>> = {
  switchover: 265,
  'way-down': 220,
  'ways-back': 208,
  'control-planes': 155,
  failover: 153,
  'failures-waits': 127,
  'failures-cut-over': 85,
  'failures-worker': 82,
  jumps: 80,
  chaos: 72,
  ladder: 66,
  postgres: 60,
  replicas: 49,
  restore: 44,
  'every-step-aside': 44,
  haproxy: 43,
  interruptions: 42,
  'every-step-down': 39,
  'operator-hands': 36,
  'every-step-back': 33,
  hanging: 33,
  pgbouncer: 31,
  retries: 31,
  'every-step-of-the-jump': 30,
};
const usualSeconds = 12;

/** Of the workers, at any time about this many run scenarios, the rest what computes. */
const scenariosAtOnce = 2;
export const filesAtOnce = 3;

/** Starts files so that both kinds run beside each other from the first minute to the last, the longest of each kind first. */
export class TwoKindsAtOnce extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = (await super.sort(files)).toSorted((a, b) => secondsOf(b) - secondsOf(a));
    const of = (name: string): TestSpecification[] => sorted.filter(({ project }) => project.name === name);
    const starts = [
      ...startTimes(of('scenarios'), scenariosAtOnce),
      ...startTimes(of('integration'), filesAtOnce - scenariosAtOnce),
    ];
    const both = starts.toSorted((a, b) => a.at - b.at).map(({ file }) => file);
    return [...of('unit'), ...both];
  }
}

const secondsOf = ({ moduleId }: TestSpecification): number => seconds[basename(moduleId, '.test.ts')] ?? usualSeconds;

/** When each file would start if this kind had so many workers to itself. */
const startTimes = (
  files: readonly TestSpecification[],
  workers: number,
): readonly { readonly file: TestSpecification; readonly at: number }[] => {
  const freeAt = Array.from({ length: workers }, () => 0);
  return files.map((file) => {
    const at = Math.min(...freeAt);
    freeAt[freeAt.indexOf(at)] = at + secondsOf(file);
    return { file, at };
  });
};
