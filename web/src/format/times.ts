/** `215 ms`, `3.1 s`, `2 min`, `18:42 min`, `3 h`, `2 d`. */
export const durationText = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.round(hours / 24)} d`;
};

/** What is left, as a clock: `18:42`, `1:05:00`. Never below zero. */
export const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
};

/** `now`, `40 s ago`, `3 h ago`. */
export const agoText = (ms: number): string => (ms < 5000 ? 'now' : `${durationText(ms)} ago`);

const formats = {
  moment: { dateStyle: 'medium', timeStyle: 'medium' },
  time: { hour: '2-digit', minute: '2-digit' },
  date: { dateStyle: 'medium' },
  day: { dateStyle: 'full' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

/** Made when they are needed: each takes a millisecond. */
const made = new Map<string, Intl.DateTimeFormat>();

/** Whether times are shown in UTC: a choice that is remembered. */
export const utcKey = 'pgrow-utc';
const format = (kind: keyof typeof formats, iso: string): string => {
  const timeZone = globalThis.localStorage?.getItem(utcKey) === 'yes' ? { timeZone: 'UTC' } : {};
  const key = `${kind} ${timeZone.timeZone}`;
  const known = made.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...formats[kind], ...timeZone });
  made.set(key, known);
  return known.format(new Date(iso));
};

/** `29 Nov 2026, 14:05:11`. */
export const momentText = (iso: string): string => format('moment', iso);
/** `29 Nov 2026`. */
export const dateText = (iso: string): string => format('date', iso);
/** `14:05`. */
export const timeText = (iso: string): string => format('time', iso);
/** `Sunday, 29 November 2026`. */
export const dayText = (iso: string): string => format('day', iso);
