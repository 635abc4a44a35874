import type { System } from '../data/types.ts';

/** What of the control plane is away, and what that means for who looks at the console. */
export interface Down {
  readonly part: keyof System;
  /** `bad`: nothing can be changed. */
  readonly tone: 'bad' | 'warn';
  readonly says: string;
  /** The command that mends it; null where there is none. */
  readonly next: string | null;
}

const meanings: readonly (readonly [keyof System, Down['tone'], string, string])[] = [
  ['metadata', 'bad', '', 'Nothing can be read or changed.'],
  ['temporal', 'bad', 'No change can be started or signalled.', ''],
  ['worker', 'warn', 'Changes are accepted, but none is carried out.', ''],
  ['docker', 'warn', '', 'No health can be seen; databases may well serve.'],
  ['monitor', 'warn', 'Failover is left to Patroni alone, which takes its failover time.', ''],
];

/** The worst first. What cannot be looked at, because another part is away, is not mentioned. */
export const downsOf = (system: System): readonly Down[] =>
  meanings.flatMap(([part, tone, before, after]) => {
    const { state, says, next } = system[part];
    if (state !== 'down') return [];
    // Some say themselves what to do.
    const command = next !== null && says.includes(next) ? null : next;
    return [{ part, tone, says: [before, says, after].filter(Boolean).join(' '), next: command }];
  });
