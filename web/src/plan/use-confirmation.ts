import { useState } from 'react';
import type { Plan } from '../data/types.ts';
import type { Confirmation } from './plan-parts.tsx';
import { toTick } from './plan-text.ts';

/** What has been ticked and typed, and what of it still lacks. A sentence that was ticked stays so only as long as it is the same. */
export const useConfirmation = (
  plan: Plan | undefined,
  name: string | null,
): { readonly confirmation: Confirmation; readonly lacks: string | null } => {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [typed, setTyped] = useState('');
  const onTick = (text: string, isTicked: boolean): void => {
    const others = [...ticked].filter((each) => each !== text);
    setTicked(new Set(isTicked ? [...others, text] : others));
  };
  const isUnread = plan !== undefined && toTick(plan).some((each) => !ticked.has(each));
  const isUnnamed = plan?.type === 'destroy' && typed !== name;
  const lacks = isUnread
    ? 'tick what has to be confirmed first'
    : isUnnamed
      ? 'type its name first, exactly as it is written'
      : null;
  return { confirmation: { ticked, typed, onTick, onType: setTyped }, lacks };
};
