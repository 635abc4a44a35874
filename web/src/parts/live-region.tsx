import { type ReactNode, useEffect, useRef, useState } from 'react';

const everyMs = 5000;

/**
 * Says to those who do not see the page what has changed: the newest sentence, at most one in five seconds. `urgent` interrupts
 * what is being read, and does not wait. What is there from the beginning is not announced.
 */
export const LiveRegion = ({ says, urgent }: { readonly says: string; readonly urgent: boolean }): ReactNode => {
  const [said, setSaid] = useState({ text: '', urgent: false });
  const last = useRef({ says, at: Number.NEGATIVE_INFINITY });
  useEffect(() => {
    if (says === last.current.says) return undefined;
    const wait = urgent ? 0 : Math.max(0, everyMs - (performance.now() - last.current.at));
    const timer = setTimeout(() => {
      last.current = { says, at: performance.now() };
      setSaid({ text: says, urgent });
    }, wait);
    return () => clearTimeout(timer);
  }, [says, urgent]);
  return (
    <>
      <output className="visually-hidden">{said.urgent ? '' : said.text}</output>
      <p className="visually-hidden" role="alert">
        {said.urgent ? said.text : ''}
      </p>
    </>
  );
};
