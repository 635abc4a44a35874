import type { Surroundings } from './stream.ts';
import type { Channel, TabMessage } from './tabs.ts';

/** Of this browser. Without a secure context it has no locks: then each visible tab has a stream of its own. */
export const browserSurroundings = (): Surroundings => ({
  fetch: (...request) => fetch(...request),
  random: Math.random,
  agreement:
    'locks' in navigator && 'BroadcastChannel' in globalThis
      ? { locks: navigator.locks, channel: openChannel() }
      : null,
  isVisible: () => document.visibilityState === 'visible',
  onVisibility: (listener) => document.addEventListener('visibilitychange', listener),
});

const openChannel = (): Channel => {
  const channel = new BroadcastChannel('pgrow-stream');
  return {
    // It has no other origin to go to.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    say: (message) => channel.postMessage(message),
    hear: (listener) => channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => listener(data)),
  };
};
