import type { BrowserContext } from 'playwright-core';

/** When pictures are taken. */
const pictureTime = Date.parse('2026-11-29T12:00:00Z');
const everyMs = 10_000;

/**
 * Lets the pages of a world that was opened at `openedAt` (milliseconds) be looked at at one and the same time, whenever that is:
 * clocks stand still, and the times in what the API says are moved, to tens of seconds.
 */
export const fixTime = async (context: BrowserContext, openedAt: number): Promise<void> => {
  await context.clock.setFixedTime(pictureTime);
  await context.addInitScript(moving(pictureTime - openedAt));
};

const moving = (byMs: number): string => `(() => {
  const moved = (iso) => new Date(Math.floor((Date.parse(iso) + ${byMs}) / ${everyMs}) * ${everyMs}).toISOString();
  const wholeTime = /\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z/g;
  const partOfTime = /\\d{4}-[\\dT:.-]*$/;
  const moveAll = () => {
    let kept = '';
    return new TransformStream({
      transform(chunk, control) {
        const text = kept + chunk;
        const at = text.search(partOfTime);
        kept = at < 0 ? '' : text.slice(at);
        control.enqueue(text.slice(0, text.length - kept.length).replace(wholeTime, moved));
      },
      flush: (control) => control.enqueue(kept),
    });
  };
  const ask = window.fetch.bind(window);
  window.fetch = async (...request) => {
    const answer = await ask(...request);
    const headers = new Headers(answer.headers);
    headers.set('date', new Date(${pictureTime}).toUTCString());
    const body = answer.body?.pipeThrough(new TextDecoderStream()).pipeThrough(moveAll()).pipeThrough(new TextEncoderStream()) ?? null;
    return new Response(body, { status: answer.status, statusText: answer.statusText, headers });
  };
})()`;
