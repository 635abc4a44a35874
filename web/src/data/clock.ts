import { useEffect, useState } from 'react';

/** Milliseconds by which the server's clock is ahead of the browser's. */
let offsetMs = 0;
let bestRoundTripMs = Number.POSITIVE_INFINITY;

/** From the `Date` header of an answer, which counts whole seconds: half a second is added, and the quickest answer is believed. */
export const noteServerTime = (date: string | null, sentAt: number, receivedAt: number): void => {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return;
  const roundTripMs = receivedAt - sentAt;
  const measured = at + 500 - (sentAt + roundTripMs / 2);
  // A clock that was set, or a machine that slept: what was measured before is worth nothing.
  if (roundTripMs <= bestRoundTripMs || Math.abs(measured - offsetMs) > 5000) {
    offsetMs = measured;
    bestRoundTripMs = roundTripMs;
  }
};

/** The server's time, in milliseconds since 1970. */
export const serverNow = (): number => Date.now() + offsetMs;

/** The server's time at a moment of the browser's clock, such as when something was read. */
export const onServerClock = (browserMs: number): number => browserMs + offsetMs;

/** The server's time, again every `everyMs`; hidden pages do not count. */
export const useServerNow = (everyMs = 1000): number => {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setNow(serverNow());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
};
