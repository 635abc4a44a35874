/** How far back something is looked at; milliseconds. */
export const spans = {
  '15m': { text: '15 min', ms: 900_000 },
  '1h': { text: '1 h', ms: 3_600_000 },
  '6h': { text: '6 h', ms: 21_600_000 },
  '24h': { text: '24 h', ms: 86_400_000 },
} as const;
export type Span = keyof typeof spans;
export const usualSpan: Span = '1h';

/** What an address says, or the usual one. */
export const spanOf = (text: string): Span => (Object.hasOwn(spans, text) ? (text as Span) : usualSpan);
