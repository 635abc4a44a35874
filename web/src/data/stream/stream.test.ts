import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStream, type Surroundings } from './stream.ts';
import type { Agreement, Channel, TabMessage } from './tabs.ts';

/** What the API is asked, and says: each connection can be spoken on, and cut. */
const createServer = () => {
  const connections: Connection[] = [];
  const world = { refusal: null as Response | null };
  const ask = (async (url: string, init: RequestInit) => {
    if (world.refusal) return world.refusal.clone();
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
    const topics = new URL(url, 'http://pgrow').searchParams.get('topics')!.split(',');
    const after = new Headers(init.headers).get('last-event-id');
    const connection = { topics, after, isOpen: true, cut: () => undefined, say: (_text: string) => undefined };
    const close = (): void => {
      if (connection.isOpen) controller.error(new Error('cut'));
      connection.isOpen = false;
    };
    Object.assign(connection, {
      cut: close,
      say: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    });
    init.signal?.addEventListener('abort', close);
    connections.push(connection);
    return new Response(body);
  }) as unknown as typeof fetch;
  const open = () => connections.filter(({ isOpen }) => isOpen);
  /** A snapshot of each topic, and the number of the last event. */
  const begin = (number = 1) => {
    const [connection] = open();
    for (const topic of connection!.topics)
      connection!.say(`id: e.${number}\nevent: snapshot\ndata: ${JSON.stringify({ topic })}\n\n`);
  };
  return { world, ask, connections, open, begin };
};
type Connection = {
  readonly topics: readonly string[];
  readonly after: string | null;
  readonly isOpen: boolean;
  readonly cut: () => void;
  readonly say: (text: string) => void;
};

/** One browser: its tabs agree on one lock, and hear each other. */
const createBrowser = (ask: typeof fetch, agrees = true) => {
  const ears: ((message: TabMessage) => void)[] = [];
  let holder: Promise<unknown> = Promise.resolve();
  const locks: Agreement['locks'] = {
    request: (_name, { signal }, hold) => (holder = holder.then(() => (signal.aborted ? undefined : hold()))),
  };
  const newChannel = (): Channel => {
    let own: (message: TabMessage) => void = () => undefined;
    return {
      hear: (listener) => void ears.push((own = listener)),
      say: (message) => {
        const copy = JSON.parse(JSON.stringify(message)) as TabMessage;
        for (const ear of ears) if (ear !== own) queueMicrotask(() => ear(copy));
      },
    };
  };
  let numbers = 0;
  return {
    open(visible = true) {
      const listeners: (() => void)[] = [];
      const state = { visible };
      const surroundings: Surroundings = {
        fetch: ask,
        random: () => 0.5 + (numbers += 1) / 1e9,
        agreement: agrees ? { locks, channel: newChannel() } : null,
        isVisible: () => state.visible,
        onVisibility: (listener) => void listeners.push(listener),
      };
      const stream = createStream(surroundings);
      const heard: string[] = [];
      stream.onMessage(({ event, data }) => heard.push(`${event} ${data.topic}`));
      const turn = (isVisible: boolean): void => {
        state.visible = isVisible;
        for (const listener of listeners) listener();
      };
      return { stream, heard, hide: () => turn(false), show: () => turn(true) };
    },
  };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settle = (ms = 100) => vi.advanceTimersByTimeAsync(ms);

test('tabs share one connection for everything that the visible ones show', async () => {
  const { ask, open, begin } = createServer();
  const browser = createBrowser(ask);
  const first = browser.open();
  first.stream.listen('databases');
  await settle();
  begin();
  await settle();
  const second = browser.open();
  second.stream.listen('database:1');
  const hidden = browser.open(false);
  hidden.stream.listen('database:2');
  await settle();
  expect(open().map(({ topics }) => topics)).toEqual([['database:1', 'databases']]);
  begin(2);
  await settle();
  expect(second.heard).toContain('snapshot database:1');
  expect([first, second].map(({ stream }) => stream.connection().state)).toEqual(['live', 'live']);
  expect(hidden.stream.connection().state).toBe('idle');
});

test('one that is hidden passes it on, which goes on where it was; all hidden have none', async () => {
  const { ask, open, begin, connections } = createServer();
  const browser = createBrowser(ask);
  const tabs = [browser.open(), browser.open()] as const;
  for (const { stream } of tabs) stream.listen('databases');
  await settle();
  begin(7);
  await settle();
  tabs[0].hide();
  await settle();
  expect(open()).toHaveLength(1);
  expect(open()[0]!.after).toBe('e.7');
  expect(tabs[1].stream.connection().state).toBe('live');
  tabs[1].hide();
  await settle();
  expect(open()).toEqual([]);
  const before = connections.length;
  await settle(60_000);
  expect(connections).toHaveLength(before);
});

test('one that is closed is forgotten, although nothing of it runs any longer', async () => {
  const { ask, open, begin } = createServer();
  const browser = createBrowser(ask);
  const first = browser.open();
  first.stream.listen('databases');
  await settle();
  const closed = browser.open();
  closed.stream.listen('database:2');
  await settle();
  begin();
  closed.hide();
  // Its timers end with it.
  vi.clearAllTimers();
  await settle();
  first.stream.listen('system');
  await settle();
  expect(open().map(({ topics }) => topics)).toEqual([['databases', 'system']]);
});

test('one that shows what another shows already hears its beginning too', async () => {
  const { ask, open, begin } = createServer();
  const browser = createBrowser(ask);
  browser.open().stream.listen('databases');
  await settle();
  begin();
  await settle();
  const second = browser.open();
  second.stream.listen('databases');
  await settle();
  expect(open().map(({ after }) => after)).toEqual([null]);
  begin(2);
  await settle();
  expect(second.heard).toEqual(['snapshot databases']);
});

test('what is shown no longer breaks nothing, and shown again it is still known', async () => {
  const { ask, connections, begin } = createServer();
  const { stream } = createBrowser(ask).open();
  const leave = stream.listen('databases');
  stream.listen('system');
  await settle();
  begin();
  await settle();
  leave();
  await settle();
  stream.listen('databases');
  await settle();
  expect(connections).toHaveLength(1);
});

test('a cut connection is resumed after a while that grows', async () => {
  const { ask, world, connections, open, begin } = createServer();
  const { stream } = createBrowser(ask, false).open();
  stream.listen('system');
  await settle();
  begin(3);
  await settle();
  open()[0]!.cut();
  await settle(10);
  expect(stream.connection().state).toBe('reconnecting');
  world.refusal = Response.json({ detail: 'The metadata database does not answer.' }, { status: 503 });
  await settle(1300);
  expect(stream.connection()).toMatchObject({ refused: 'The metadata database does not answer.' });
  world.refusal = null;
  await settle(1500);
  expect(connections).toHaveLength(1);
  await settle(1000);
  expect(connections.at(-1)!.after).toBe('e.3');
  expect(stream.connection().state).toBe('live');
});

test('one that falls silent is given up', async () => {
  const { ask, connections } = createServer();
  createBrowser(ask, false).open().stream.listen('system');
  await settle();
  await settle(50_000);
  expect(connections).toHaveLength(2);
});

test('what is gone does not take the rest with it', async () => {
  const { ask, world, open } = createServer();
  const { stream, heard } = createBrowser(ask, false).open();
  world.refusal = Response.json({ detail: 'There is no database 42 that this token may see.' }, { status: 404 });
  stream.listen('system');
  stream.listen('database:42');
  await settle(30);
  world.refusal = null;
  await settle(1500);
  expect(open().map(({ topics }) => topics)).toEqual([['system']]);
  expect(heard).toEqual(['ended database:42']);
});

test('signed out, nothing is tried before somebody has signed in', async () => {
  const { ask, world, connections } = createServer();
  const { stream } = createBrowser(ask, false).open();
  world.refusal = Response.json({ detail: 'Sign in.' }, { status: 401 });
  stream.listen('system');
  await settle();
  expect(stream.connection().state).toBe('signed_out');
  world.refusal = null;
  await settle(60_000);
  expect(connections).toEqual([]);
  stream.reconnect();
  await settle();
  expect(stream.connection().state).toBe('live');
});
