import { scaleLinear, scaleLog } from 'd3-scale';
import { withoutOverlap, type Dot, type Panel } from './panels.ts';

interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
}

const width = 1000;
const height = 490;
const panelWidth = 405;
/** Of a panel's drawing area. */
const area = { top: 168, bottom: 428 };
const leftOf = (panel: number): number => 88 + panel * (panelWidth + 80);
/** Of the rows for failed transactions, above the area: one for each series. */
const failedRow = { top: 132, height: 9, gap: 4 };

/** Blue and orange: told apart by those who see fewer colours as well. The first series lies on top. */
const colours = ['#0b62c4', '#e07b00'] as const;
const ink = '#1f2328';
const paleInk = '#59636e';
const lines = '#d8dee4';
const dotSize = 2;
const latencies = [1, 10, 100, 1_000, 10_000] as const;
const longestMs = 30_000;
const shortestMs = 1;

/** As SVG, on a ground of its own, so that it can be read on a light and on a dark page. */
export const drawPicture = ({ title, subtitle, panels }: Picture): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="${ink}">`,
    `<title>${escape(`${title}. ${subtitle}`)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="${lines}"/>`,
    `<text x="20" y="30" font-size="17" font-weight="600">${escape(title)}</text>`,
    `<text x="20" y="50" fill="${paleInk}">${escape(subtitle)}</text>`,
    `<text transform="translate(18 ${(area.top + area.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${paleInk}">latency of a transaction</text>`,
    ...panels.flatMap((panel, index) => drawPanel(panel, leftOf(index))),
    '</svg>',
    '',
  ].join('\n');

const drawPanel = (panel: Panel, left: number): readonly string[] => {
  const x = scaleLinear([panel.from_s, panel.to_s], [left, left + panelWidth]);
  const y = scaleLog([shortestMs, longestMs], [area.bottom, area.top]).clamp(true);
  const right = left + panelWidth;
  return [
    `<text x="${left}" y="78" font-size="14" font-weight="600">${escape(panel.title)}</text>`,
    ...legend(panel, left),
    ...latencies.map(
      (latency) =>
        `<path d="M${left} ${tenth(y(latency))}H${right}" stroke="${lines}"/>` +
        `<text x="${left - 8}" y="${tenth(y(latency) + 4)}" text-anchor="end" fill="${paleInk}">${duration(latency)}</text>`,
    ),
    ...x
      .ticks(8)
      .map(
        (second) =>
          `<path d="M${tenth(x(second))} ${area.bottom}v5" stroke="${paleInk}"/>` +
          `<text x="${tenth(x(second))}" y="${area.bottom + 19}" text-anchor="middle" fill="${paleInk}">${second}</text>`,
      ),
    `<text x="${left + panelWidth / 2}" y="${area.bottom + 40}" text-anchor="middle" fill="${paleInk}">seconds after the event, at which a transaction began</text>`,
    `<path d="M${left} ${area.bottom}H${right}" stroke="${paleInk}"/>`,
    `<path d="M${tenth(x(0))} ${failedRow.top - 4}V${area.bottom}" stroke="${paleInk}" stroke-dasharray="3 3"/>`,
    ...panel.series
      .map(({ acknowledged, failed }, index) => [
        failedMarks(
          failed.map(({ at_s }) => x(at_s)),
          index,
        ),
        dots(
          acknowledged.map(({ at_s, latency_ms }) => ({ x: x(at_s), y: y(latency_ms) })),
          index,
        ),
      ])
      .toReversed()
      .flat(),
    `<text x="${left - 8}" y="${failedRow.top + failedRow.height + failedRow.gap}" text-anchor="end" fill="${paleInk}">failed</text>`,
  ];
};

const legend = ({ series }: Panel, left: number): readonly string[] =>
  series.map(({ name, longest_stall_ms, failed }, index) => {
    const y = 98 + index * 18;
    const label = `${name}: longest gap ${duration(longest_stall_ms)}, ${failed.length} failed`;
    return (
      `<circle cx="${left + 5}" cy="${y - 4}" r="4.5" fill="${colourOf(index)}"/>` +
      `<text x="${left + 16}" y="${y}">${escape(label)}</text>`
    );
  });

/** A row of strokes: there are many at once, and how quickly one was refused says nothing. */
const failedMarks = (at: readonly number[], series: number): string => {
  const top = failedRow.top + series * (failedRow.height + failedRow.gap);
  const strokes = withoutOverlap(
    at.map((x) => ({ x, y: top })),
    1,
  );
  return `<path d="${strokes.map(({ x }) => `M${x} ${top}v${failedRow.height}`).join('')}" stroke="${colourOf(series)}" stroke-width="1.2"/>`;
};

/** One path for all: strokes without length, with round ends. */
const dots = (all: readonly Dot[], series: number): string =>
  `<path d="${withoutOverlap(all, dotSize)
    .map(({ x, y }) => `M${x} ${y}h0`)
    .join(
      '',
    )}" stroke="${colourOf(series)}" stroke-width="${dotSize * 1.6}" stroke-linecap="round" stroke-opacity="0.75"/>`;

const colourOf = (series: number): string => colours[series] ?? ink;

/** `230 ms`, `1.4 s`. */
const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms % 1000 === 0 || ms >= 10_000 ? `${Math.round(ms / 1000)} s` : `${(ms / 1000).toFixed(1)} s`;
};

const tenth = (value: number): number => Math.round(value * 10) / 10;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
