import type { Browser, CDPSession, Page } from 'playwright-core';

/** A page of the console that is measured. Times are milliseconds. */
export interface Probe {
  readonly page: Page;
  /** Requests that it has made. */
  requests(): number;
  /** Processor time of script that ran meanwhile, also in timers. */
  scripting(action: () => Promise<unknown>): Promise<number>;
  /** Bytes of its heap, without what is garbage. */
  heap(): Promise<number>;
  /** Since the page began: first paint, and the list with all its rows. */
  firstView(): Promise<FirstView>;
  /** Tasks of 50 ms and longer, since the page began. */
  longTasks(): Promise<readonly number[]>;
  /** From each interaction to the next paint, in steps of 8 ms; those below 16 ms count as 16. */
  interactions(): Promise<readonly number[]>;
  /** From a click on a link to the paint of the page that it leads to. */
  routeChange(selector: string, heading: string): Promise<number>;
  close(): Promise<void>;
}

export interface FirstView {
  readonly paintMs: number;
  readonly interactiveMs: number;
  readonly requests: number;
}

export interface ProbeOptions {
  readonly address: string;
  /** How often slower its processor is. */
  readonly throttle?: number;
  /** The list is there with so many rows. */
  readonly rows?: number;
}

export const openProbe = async (
  browser: Browser,
  { address, throttle = 1, rows = 500 }: ProbeOptions,
): Promise<Probe> => {
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  let requests = 0;
  page.on('request', (request) => void (requests += request.url().startsWith('data:') ? 0 : 1));
  await page.addInitScript(watching(rows));
  const session = await context.newCDPSession(page);
  // Of its own processor time: on a busy machine a clock would count what others do.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  if (throttle > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  return {
    page,
    requests: () => requests,
    async scripting(action) {
      const before = await metric(session, 'ScriptDuration');
      await action();
      return ((await metric(session, 'ScriptDuration')) - before) * 1000;
    },
    async heap() {
      await session.send('HeapProfiler.collectGarbage');
      return metric(session, 'JSHeapUsedSize');
    },
    async firstView() {
      await page.evaluate('window.allRowsShown');
      const made = requests;
      const paintMs = await page.evaluate<number>(`performance.getEntriesByName('first-paint')[0]?.startTime ?? NaN`);
      return { paintMs, interactiveMs: await page.evaluate<number>('window.measured.interactiveMs'), requests: made };
    },
    longTasks: () => page.evaluate('window.measured.longTasks'),
    interactions: () => page.evaluate('Object.values(window.measured.interactions)'),
    routeChange: (selector, heading) => page.evaluate(changing(selector, heading)),
    close: () => context.close(),
  };
};

const metric = async (session: CDPSession, wanted: string): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
};

/** In the page, before anything of it runs. The list is interactive in the first task after the frame with all its rows. */
const watching = (rows: number): string => `(() => {
  const measured = { interactiveMs: null, longTasks: [], interactions: {} };
  window.measured = measured;
  let allShown;
  window.allRowsShown = new Promise((resolve) => { allShown = resolve; });
  const afterFrame = (then) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = then; port2.postMessage(0); });
  window.afterFrame = afterFrame;
  const watch = new MutationObserver(() => {
    if (document.querySelectorAll('main tbody tr').length < ${rows}) return;
    watch.disconnect();
    afterFrame(() => { measured.interactiveMs = performance.now(); allShown(); });
  });
  watch.observe(document, { subtree: true, childList: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) measured.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) measured.interactions[interactionId] = Math.max(measured.interactions[interactionId] ?? 16, duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
})()`;

/** In the page: fulfilled once it is so, which is looked at whenever something in `main` changes. */
export const becoming = (condition: string): string => `new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(${JSON.stringify(`not so within a minute: ${condition}`)})), 60_000);
  const look = () => {
    if (!(${condition})) return;
    watch.disconnect();
    resolve();
  };
  const watch = new MutationObserver(look);
  watch.observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true });
  look();
})`;

const changing = (selector: string, heading: string): string => `new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('no page ' + ${JSON.stringify(heading)} + ' within a minute, but ' + document.querySelector('main')?.textContent.slice(0, 200))), 60_000);
  const began = performance.now();
  const isThere = () => document.querySelector('h1')?.textContent === ${JSON.stringify(heading)} && !document.querySelector('main [aria-busy=true]');
  const watch = new MutationObserver(() => {
    if (!isThere()) return;
    watch.disconnect();
    window.afterFrame(() => resolve(performance.now() - began));
  });
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  document.querySelector(${JSON.stringify(selector)}).click();
})`;
