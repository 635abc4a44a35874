import type { Change } from '../../data/changes.ts';
import type { Status } from '../../data/types.ts';
import { choiceText, titleOfOption } from '../../plan/option-labels.ts';

interface Group {
  readonly title: string;
  readonly options: readonly (readonly [label: string, value: string])[];
  /** What changes it; null where nothing does at this stage. */
  readonly change: Change | null;
  readonly label: string;
  /** What cannot be changed here, and how it is changed all the same. */
  readonly note: string | null;
}

/** Expanding does not change options: a plan with others is refused. */
const onTheWayUp = 'These are chosen on the way up: to change one, go down a stage and up again.';

/** What the database has been given at its stage, and what it could have. */
export const optionsOf = ({ stage, pooling, replicas, ha }: Status): readonly Group[] => {
  const has = (title: string, options: object | null, change: Change | null, note: string | null = null): Group => ({
    title,
    options: Object.entries(options ?? {}).map(([path, value]) => [titleOfOption(path), choiceText(path, value)]),
    change,
    label: 'Change …',
    note,
  });
  const lacks = (title: string, kind: 'pooling' | 'replicas' | 'ha'): Group => ({
    title,
    options: [['Now', 'not enabled']],
    change: { kind, body: {} },
    label: 'Add …',
    note: null,
  });
  const { count, ...chosen } = { ...replicas.options, count: replicas.count };
  const number: Change = { kind: 'replicas', body: { count } };
  return [
    pooling.enabled ? has('Pooling', pooling.options, { kind: 'pooling', body: {} }) : lacks('Pooling', 'pooling'),
    ...(stage < 2 ? [lacks('Read replicas', 'replicas')] : []),
    ...(stage === 2
      ? [
          has(
            'Read replicas',
            { count, ...chosen },
            number,
            'Their number can change at any time; the rest is chosen on the way up.',
          ),
        ]
      : []),
    ...(stage === 3 ? [has('Standbys', { count }, number)] : []),
    stage === 3 ? has('High availability', ha.options, null, onTheWayUp) : lacks('High availability', 'ha'),
  ];
};
