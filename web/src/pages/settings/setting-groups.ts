import type { Setting } from '../../data/types.ts';

export interface SettingGroup {
  readonly title: string;
  readonly settings: readonly Setting[];
}

export const shows = ['often', 'chosen', 'all'] as const;
export type Show = (typeof shows)[number];

/** What people change first, and why. */
const often: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Memory', ['shared_buffers', 'work_mem', 'maintenance_work_mem', 'effective_cache_size']],
  ['Connections', ['max_connections', 'idle_in_transaction_session_timeout', 'statement_timeout']],
  [
    'Autovacuum',
    [
      'autovacuum_vacuum_scale_factor',
      'autovacuum_analyze_scale_factor',
      'autovacuum_max_workers',
      'autovacuum_vacuum_cost_limit',
    ],
  ],
  ['Log', ['log_min_duration_statement', 'log_lock_waits', 'log_autovacuum_min_duration']],
  ['Parallel queries', ['max_worker_processes', 'max_parallel_workers', 'max_parallel_workers_per_gather']],
  ['Disk and planner', ['max_wal_size', 'checkpoint_timeout', 'random_page_cost']],
];

interface Looked {
  readonly settings: readonly Setting[];
  readonly show: Show;
  /** What is looked for; empty: nothing. */
  readonly text: string;
  /** Names of what has been edited and not been done. */
  readonly edited: readonly string[];
}

/** What is shown, in groups. What is looked for is looked for everywhere. */
export const groupsOf = ({ settings, show, text, edited }: Looked): readonly SettingGroup[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) return byCategory(settings.filter((setting) => words.every((word) => has(setting, word))));
  if (show === 'all') return byCategory(settings);
  const chosen = settings.filter((setting) => isChosen(setting) || edited.includes(setting.name));
  if (show === 'chosen') return byCategory(chosen);
  const known = new Map(settings.map((setting) => [setting.name, setting]));
  const first = often.map(([title, names]) => ({
    title,
    settings: names.flatMap((name) => known.get(name) ?? []),
  }));
  const shown = new Set(first.flatMap((group) => group.settings.map(({ name }) => name)));
  const others = { title: 'Chosen here', settings: chosen.filter(({ name }) => !shown.has(name)) };
  return [...first, others].filter((group) => group.settings.length > 0);
};

/** An operator has chosen it, by pgrow or over a connection. */
export const isChosen = ({ chosen, by_alter_system }: Setting): boolean => chosen !== null || by_alter_system !== null;

const has = ({ name, category, description }: Setting, word: string): boolean =>
  `${name} ${name.replaceAll('_', ' ')} ${category} ${description}`.toLowerCase().includes(word);

const byCategory = (settings: readonly Setting[]): readonly SettingGroup[] => {
  const titles = [...new Set(settings.map(({ category }) => category))].toSorted();
  return titles.map((title) => ({ title, settings: settings.filter(({ category }) => category === title) }));
};

export const countOfGroups = (groups: readonly SettingGroup[]): number =>
  groups.reduce((sum, group) => sum + group.settings.length, 0);
