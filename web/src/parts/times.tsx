import type { ReactNode } from 'react';
import { useServerNow } from '../data/clock.ts';
import { agoText, clockText, durationText, momentText } from '../format/times.ts';

/** How long ago; exactly when on demand. */
export const Ago = ({ at }: { readonly at: string }): ReactNode => {
  const now = useServerNow(5000);
  return (
    <time dateTime={at} title={momentText(at)}>
      {agoText(now - Date.parse(at))}
    </time>
  );
};

/** What is left until then, by the server's clock. Nothing once it is over. */
export const Countdown = ({ until }: { readonly until: string }): ReactNode => {
  const now = useServerNow(500);
  const left = Date.parse(until) - now;
  return (
    <time dateTime={until} title={momentText(until)} role="timer" data-left={Math.ceil(left / 1000)}>
      {clockText(left)}
    </time>
  );
};

/** How long something has been going on, since a moment in milliseconds by the server's clock. Not announced. */
export const Elapsed = ({ since }: { readonly since: number }): ReactNode => {
  const now = useServerNow(1000);
  return <span aria-hidden>{clockText(now - since)}</span>;
};

/** How long something has been so: `for 2 h`; since when exactly on demand. */
export const For = ({ since }: { readonly since: string }): ReactNode => {
  const now = useServerNow(5000);
  return (
    <time dateTime={since} title={`since ${momentText(since)}`}>
      for {durationText(Math.max(0, now - Date.parse(since)))}
    </time>
  );
};

/** Its children until then, by the server's clock; nothing afterwards. */
export const Until = ({ moment, children }: { readonly moment: string; readonly children: ReactNode }): ReactNode => {
  const now = useServerNow(500);
  return Date.parse(moment) > now ? children : null;
};
