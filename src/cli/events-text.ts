import { alignColumns } from './table.ts';

export interface EventDocument {
  readonly created_at: string;
  readonly event_type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Oldest first, as logs are read. */
export const eventsText = (events: readonly EventDocument[]): string[] =>
  events.length === 0
    ? ['No events.']
    : alignColumns(
        events
          .toReversed()
          .map(({ created_at, event_type, metadata }) => [created_at, event_type, metadataText(metadata)]),
      );

const metadataText = (metadata: EventDocument['metadata']): string =>
  Object.entries(metadata)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
