import type { Change } from '../../data/changes.ts';
import type { Status } from '../../data/types.ts';
import { choiceText, titleOfOption } from '../../plan/option-labels.ts';

interface Group {
  readonly title: string;
  readonly options: readonly (readonly [label: string, value: string])[];
  /** What changes it; null where nothing does at this stage. */
  readonly change: Change | null;
  readonly label: string;
}

/** What the database has been given at its stage, and what it could have. */
export const optionsOf = ({ stage, pooling, replicas, ha }: Status): readonly Group[] => {
  const has = (title: string, options: object | null, kind: 'pooling' | 'replicas' | 'ha'): Group => ({
    title,
    options: Object.entries(options ?? {}).map(([path, value]) => [titleOfOption(path), choiceText(path, value)]),
    // A change of high availability says all of its options: what is not said goes back to what is usual.
    change: { kind, body: kind === 'ha' ? { ...options } : {} },
    label: 'Change …',
  });
  const lacks = (title: string, kind: 'pooling' | 'replicas' | 'ha'): Group => ({
    title,
    options: [['Now', 'not enabled']],
    change: { kind, body: {} },
    label: 'Add …',
  });
  const counted: Group = {
    title: 'Read replicas',
    options: [[titleOfOption('count'), String(replicas.count)]],
    change: { kind: 'replicas', body: { count: replicas.count } },
    label: 'Change …',
  };
  return [
    pooling.enabled ? has('Pooling', pooling.options, 'pooling') : lacks('Pooling', 'pooling'),
    ...(stage < 2 ? [lacks('Read replicas', 'replicas')] : []),
    ...(stage === 2 ? [has('Read replicas', replicas.options, 'replicas')] : []),
    ...(stage === 3 ? [counted] : []),
    stage === 3 ? has('High availability', ha.options, 'ha') : lacks('High availability', 'ha'),
  ];
};
