import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { changeSearch, type Change } from '../data/changes.ts';

/** Milliseconds after the last keystroke. */
const settleMs = 300;

/**
 * The change as it stands in the form; the same once nothing has been typed for a moment, which is what is planned; and how the
 * form changes it. The address follows, so that a link opens what is seen.
 */
export const useSettledChange = (
  given: Change,
): [draft: Change, settled: Change, setBody: (body: Change['body']) => void] => {
  const [path, navigate] = useLocation();
  const [draft, setDraft] = useState(given);
  const [settled, setSettled] = useState(given);
  const [address, setAddress] = useState(() => changeSearch(given));
  const search = changeSearch(given);
  if (search !== address) {
    setAddress(search);
    // Another link was followed; what the form itself has written is known.
    if (search !== changeSearch(settled)) {
      setDraft(given);
      setSettled(given);
    }
  }
  useEffect(() => {
    if (draft === settled) return undefined;
    const timer = setTimeout(() => {
      setSettled(draft);
      navigate(`${path}${changeSearch(draft)}`, { replace: true });
    }, settleMs);
    return () => clearTimeout(timer);
  }, [draft, settled, path, navigate]);
  return [draft, settled, (body) => setDraft({ ...draft, body })];
};
