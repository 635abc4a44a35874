import { expect, test } from 'vitest';
import { drawPicture } from './draw.ts';
import type { Panel, Point } from './panels.ts';

const panel = (acknowledged: readonly Point[], failed: readonly Point[] = []): Panel => ({
  title: 'Failover <1>',
  from_s: -1,
  to_s: 4,
  series: [{ name: 'ours', longest_stall_ms: 230, acknowledged, failed }],
});

const draw = (...panels: readonly Panel[]): string =>
  drawPicture({ title: 'Latency & gaps', subtitle: 'on 2 cores', panels });

/** Of the dots, in the order drawn. */
const heights = (svg: string): number[] => [...svg.matchAll(/M[\d.]+ ([\d.]+)h0/g)].map(([, y]) => Number(y));

test('a slower transaction lies higher, by the same step for each power of ten', () => {
  const [fast, slow, slower] = heights(
    draw(
      panel([
        { at_s: 0, latency_ms: 10 },
        { at_s: 1, latency_ms: 100 },
        { at_s: 2, latency_ms: 1000 },
      ]),
    ),
  ) as [number, number, number];
  expect(slow).toBeLessThan(fast);
  // Dots are put on a grid of two pixels.
  expect(Math.abs(fast - slow - (slow - slower))).toBeLessThanOrEqual(4);
});

test('a latency beyond the scale stays within the picture', () => {
  const [quick, slow] = heights(
    draw(
      panel([
        { at_s: 0, latency_ms: 0.2 },
        { at_s: 1, latency_ms: 90_000 },
      ]),
    ),
  ) as [number, number];
  expect([quick, slow]).toEqual(
    heights(
      draw(
        panel([
          { at_s: 0, latency_ms: 1 },
          { at_s: 1, latency_ms: 30_000 },
        ]),
      ),
    ),
  );
});

test('the legend tells the gap and counts every failure, also those that cover each other', () => {
  const failed = Array.from({ length: 300 }, (_, index) => ({ at_s: 1 + index / 1_000_000, latency_ms: 2 }));
  const svg = draw(panel([], failed));
  expect(svg).toContain('ours: longest gap 230 ms, 300 failed');
  expect(svg.match(/v9/g)).toHaveLength(1);
});

test('what stands in a title is text, not markup', () => {
  const svg = draw(panel([]));
  expect(svg).toContain('Latency &amp; gaps');
  expect(svg).toContain('Failover &lt;1&gt;');
  expect(svg).not.toContain('<1>');
});
