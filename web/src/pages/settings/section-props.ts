import type { Edits } from '../../plan/edits.ts';
import type { SetEdits } from './use-edits.ts';

/** What each part of the page edits, and what stands against it. */
export interface SectionProps {
  readonly edits: Edits;
  readonly setEdits: SetEdits;
  /** What the API allows in place of what was edited, by path: `memory`, `settings.work_mem`. */
  readonly problems: ReadonlyMap<string, string>;
  readonly isReadOnly: boolean;
  /** What somebody has come here to edit: `memory`, or the name of a setting; null for nothing. */
  readonly wanted: string | null;
}
