import type { ActivityEntry } from '../../data/types.ts';

export interface Day {
  readonly name: string;
  readonly entries: readonly ActivityEntry[];
}

/** In their order, a heading for each day. */
export const byDay = (entries: readonly ActivityEntry[], dayOf: (at: string) => string): readonly Day[] => {
  const days: { name: string; entries: ActivityEntry[] }[] = [];
  for (const entry of entries) {
    const name = dayOf(entry.at);
    const last = days.at(-1);
    if (last?.name === name) last.entries.push(entry);
    else days.push({ name, entries: [entry] });
  }
  return days;
};

export const severityChoices = [
  ['', 'Everything'],
  ['warning', 'Warnings and errors'],
  ['error', 'Errors'],
] as const;

export const kindChoices = [
  ['', 'All kinds'],
  ['event', 'Events'],
  ['operation', 'Operations'],
  ['checkpoint', 'Rollback windows'],
  ['snapshot', 'Snapshots'],
  ['audit', 'Audit'],
] as const;

/** As the API takes it. What an address says that is none of these is left out. */
export const activityQuery = (kind: string, severity: string): string => {
  const search = new URLSearchParams({ limit: '50' });
  if (kind !== '' && kindChoices.some(([each]) => each === kind)) search.set('kinds', kind);
  if (severity === 'warning') search.set('severity', 'warning,error');
  if (severity === 'error') search.set('severity', 'error');
  return `activity?${search.toString()}`;
};
