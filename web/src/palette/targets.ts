import type { DatabaseEntry, Status } from '../data/types.ts';
import { shortStageText } from '../format/stages.ts';
import { actionsOf } from '../shell/actions.ts';
import { databasePath, type OfDatabase } from '../shell/of-database.ts';

/** Where the palette can go. */
export interface Target {
  readonly label: string;
  readonly group: string;
  /** Beside the label; of one that cannot be chosen, why. */
  readonly note: string | null;
  readonly href: string;
  readonly isRefused: boolean;
}

interface Known {
  readonly databases: readonly DatabaseEntry[];
  /** The one whose page is shown. */
  readonly present: OfDatabase | null;
  /** Null while it is not known. */
  readonly status: Status | null;
  readonly tabs: readonly (readonly [path: string, label: string])[];
}

/** Actions and pages of the present database first, then the databases, then what there is besides. */
export const targetsOf = ({ databases, present, status, tabs }: Known): readonly Target[] => {
  const go = (group: string, label: string, href: string, note: string | null = null): Target => ({
    group,
    label,
    href,
    note,
    isRefused: false,
  });
  const own = present
    ? [
        ...(status ? actionsOf(status) : []).map(({ label, href, refused }) => ({
          ...go(present.name, label, href, refused),
          isRefused: refused !== null,
        })),
        ...tabs.map(([path, label]) => go(present.name, label, databasePath(present.project, present.name, path))),
      ]
    : [];
  return [
    ...own,
    ...databases.map((entry) =>
      go('Databases', entry.name, databasePath(entry.project, entry.name), shortStageText(entry)),
    ),
    go('Console', 'Databases', '/'),
    go('Console', 'New database', '/new'),
    go('Console', 'System', '/system'),
  ];
};

/** Those in which every word that was typed stands; first those whose label has words that begin so. */
export const matching = (targets: readonly Target[], typed: string): readonly Target[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (text: string, word: string): boolean => text.split(/[\s_-]+/).some((each) => each.startsWith(word));
  const rankOf = ({ label, group }: Target): number => {
    const [own, whole] = [label.toLowerCase(), `${label} ${group}`.toLowerCase()];
    if (words.every((word) => begins(own, word))) return 0;
    if (words.some((word) => begins(own, word)) && words.every((word) => begins(whole, word))) return 1;
    return words.every((word) => whole.includes(word)) ? 2 : 3;
  };
  return targets
    .map((target) => ({ target, rank: rankOf(target) }))
    .filter(({ rank }) => rank < 3)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ target }) => target);
};
