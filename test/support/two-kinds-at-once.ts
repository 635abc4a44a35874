import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Seconds that a file takes, measured; of the others, `usualSeconds`. Scenarios wait most of the time, for containers and
 * timers; what runs on fakes computes.
 */
const seconds: Readonly<Record<string, number>> = {
  'way-down': 334,
  switchover: 308,
  failover: 221,
  'control-planes': 196,
  'ways-back': 183,
  'failures-worker': 157,
  'failures-waits': 143,
  'every-step-aside': 140,
  change: 123,
  tls: 115,
  chaos: 106,
  examples: 102,
  'failures-cut-over': 99,
  postgres: 97,
  ladder: 135,
  console: 90,
  'every-step-of-the-jump': 90,
  replicas: 89,
  'every-step-down': 82,
  jumps: 73,
  restore: 70,
  'every-step-back': 69,
  haproxy: 67,
  'api-changes': 65,
  timers: 59,
  'operator-hands': 59,
  cli: 53,
  interruptions: 52,
  'every-step': 41,
  hanging: 40,
  rotate: 60,
  'every-step-stop': 40,
  terminated: 39,
  store: 39,
  'every-step-repair': 38,
  'renew-certificates': 25,
  'every-step-hangs': 37,
  pgbouncer: 35,
  'failures-base-backup': 35,
  telemetry: 34,
  addresses: 33,
  remedies: 32,
  'temporal-access': 31,
  retries: 31,
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
    return [...of('unit'), ...of('web'), ...both];
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
