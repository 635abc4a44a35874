import { parseArgs } from 'node:util';
import { faults, type ChaosCase, type Fault } from './cases.ts';
import { operations } from './operations.ts';

export interface ChaosOptions {
  /** Names; all where none is given. */
  readonly operations: readonly string[];
  readonly faults: readonly string[];
  /** A part of the step's name or of the case's. */
  readonly step: string | null;
  /** So many of each operation and fault, evenly spread over its lines. */
  readonly each: number | null;
  /** So many, evenly spread over what the others leave. */
  readonly sample: number | null;
  readonly list: boolean;
  /** Where results are kept after each case. */
  readonly json: string | null;
  /** Leaves out what that file says has held. */
  readonly resume: boolean;
  /** No case begins after so many minutes. */
  readonly minutes: number | null;
  readonly engineRestart: boolean;
}

const usage =
  'usage: npm run chaos -- [--list] [--operation NAME]… [--fault NAME]… [--step TEXT] [--each N] [--sample N] [--minutes N] ' +
  '[--json FILE [--resume]] [--engine-restart]';

export const readOptions = (given: readonly string[]): ChaosOptions => {
  const { values } = parseArgs({
    args: [...given],
    options: {
      operation: { type: 'string', multiple: true, default: [] },
      fault: { type: 'string', multiple: true, default: [] },
      step: { type: 'string' },
      each: { type: 'string' },
      sample: { type: 'string' },
      list: { type: 'boolean', default: false },
      json: { type: 'string' },
      resume: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      'engine-restart': { type: 'boolean', default: false },
    },
  });
  const known = operations.map(({ name }) => name);
  for (const name of values.operation) refuseUnknown('--operation', name, known);
  for (const name of values.fault) refuseUnknown('--fault', name, faults);
  if (values.resume && values.json === undefined) throw new Error(`--resume needs --json. ${usage}`);
  return {
    operations: values.operation,
    faults: values.fault,
    step: values.step ?? null,
    each: positive('--each', values.each),
    sample: positive('--sample', values.sample),
    list: values.list,
    json: values.json ?? null,
    resume: values.resume,
    minutes: positive('--minutes', values.minutes),
    engineRestart: values['engine-restart'],
  };
};

const refuseUnknown = (option: string, name: string, known: readonly string[]): void => {
  if (!known.includes(name)) throw new Error(`${option} ${name}: one of ${known.join(', ')}. ${usage}`);
};

const positive = (option: string, given: string | undefined): number | null => {
  if (given === undefined) return null;
  const value = Number(given);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`${option} ${given}: a whole number from 1. ${usage}`);
};

/** The engine's restart disturbs everything else on the machine: only when asked for, and last. */
export const choose = (
  cases: readonly ChaosCase[],
  { operations: names, faults: wanted, step, each, sample, engineRestart }: ChaosOptions,
): readonly ChaosCase[] => {
  const fitting = cases.filter(
    (it) =>
      (names.length === 0 || names.includes(it.operation)) &&
      (wanted.length === 0 || wanted.includes(it.fault)) &&
      (engineRestart || it.fault !== ('engine' satisfies Fault)) &&
      (step === null || it.step.includes(step) || it.id.includes(step)),
  );
  const groups = Map.groupBy(fitting, ({ operation, fault }) => `${operation}/${fault}`);
  return spread(
    [...groups.values()].flatMap((group) => spread(group, each)),
    sample,
  );
};

const spread = <T>(all: readonly T[], wanted: number | null): readonly T[] => {
  const count = Math.min(wanted ?? all.length, all.length);
  return Array.from({ length: count }, (_, index) => all[Math.floor(((index + 0.5) * all.length) / count)]!);
};
