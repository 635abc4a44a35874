import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Connection } from './connection.ts';
import type { Stream } from './stream.ts';

export const StreamContext = createContext<Stream | null>(null);

/** While it is shown, the topic is kept up to date in the cache. Null for none. */
export const useTopic = (topic: string | null): void => {
  const stream = useContext(StreamContext);
  useEffect(() => (topic === null ? undefined : stream?.listen(topic)), [stream, topic]);
};

const nothing: Connection = { state: 'idle' };
const never = (): (() => void) => () => undefined;

export const useConnection = (): Connection => {
  const stream = useContext(StreamContext);
  return useSyncExternalStore(stream?.onConnection ?? never, () => stream?.connection() ?? nothing);
};

export const useReconnect = (): (() => void) => {
  const stream = useContext(StreamContext);
  return () => stream?.reconnect();
};
