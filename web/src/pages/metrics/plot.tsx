import './plot.css';
import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { timeText } from '../../format/times.ts';
import { valueText } from './charts.ts';
import type { Curves } from './curves.ts';
import { dashes } from './dashes.ts';
import styles from './metrics.module.css';
import { useThemeVersion } from './theme-version.ts';

interface PlotProps {
  /** What it shows, in words. */
  readonly label: string;
  readonly shown: Curves;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly fromZero: boolean;
  /** Which time is looked at; null for none. */
  readonly at: number | null;
  readonly onAt: (at: number | null) => void;
}

const height = 180;

/** Curves over time, drawn again in the colours of a theme that changes. */
export const Plot = (props: PlotProps): ReactNode => {
  const theme = useThemeVersion();
  return <Picture key={theme} {...props} />;
};

/** The keys of a slider move from one measurement to the next. */
const Picture = ({ label, shown, from, until, fromZero, at, onAt }: PlotProps): ReactNode => {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const range = useRef({ from, until });
  const report = useRef(onAt);
  const labels = shown.curves.map((curve) => curve.label).join('\n');
  const { unit } = shown.curves[0]!;
  useEffect(() => {
    range.current = { from, until };
    report.current = onAt;
  });
  useEffect(() => {
    const target = box.current!;
    const options = optionsOf(target, labels.split('\n'), { unit, fromZero, range });
    const hooks = { setCursor: [({ cursor }: uPlot) => report.current(cursor.idx ?? null)] };
    const made = new uPlot({ ...options, hooks }, undefined, target);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }));
    sizes.observe(target);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [labels, unit, fromZero]);
  // Other labels come only with other curves: a picture that was made again has its data at once.
  useEffect(() => {
    plot.current?.setData([shown.times.map((time) => time / 1000), ...shown.curves.map(({ values }) => [...values])]);
  }, [shown]);
  const moveTo = (index: number | null): void => {
    onAt(index);
    const time = index === null ? undefined : shown.times[index];
    const left = time === undefined ? -10 : (plot.current?.valToPos(time / 1000, 'x') ?? -10);
    plot.current?.setCursor({ left, top: 10 }, false);
  };
  return (
    <div ref={box} className={styles['plot']}>
      <input
        type="range"
        className="visually-hidden"
        aria-label={label}
        aria-valuetext={spoken(shown, at)}
        min={0}
        max={shown.times.length - 1}
        value={at ?? shown.times.length - 1}
        onChange={(event) => moveTo(Number(event.target.value))}
        onBlur={() => moveTo(null)}
      />
    </div>
  );
};

const spoken = ({ times, curves }: Curves, at: number | null): string => {
  const index = at ?? times.length - 1;
  const time = times[index];
  if (time === undefined) return 'nothing';
  const values = curves.map(({ label, unit, values: all }) => {
    const value = all[index] ?? null;
    return `${label} ${value === null ? 'not measured' : valueText(value, unit)}`;
  });
  return `${timeText(new Date(time).toISOString())}: ${values.join(', ')}`;
};

interface Look {
  readonly unit: Curves['curves'][number]['unit'];
  readonly fromZero: boolean;
  readonly range: { readonly current: { readonly from: number; readonly until: number } };
}

const optionsOf = (target: HTMLElement, labels: readonly string[], { unit, fromZero, range }: Look): uPlot.Options => {
  const colorOf = colorsOf(target);
  const [text, line] = [colorOf('--quiet'), colorOf('--line')];
  const axis = {
    stroke: text,
    font: '12px system-ui, sans-serif',
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(target.clientWidth, 200),
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, sync: { key: 'metrics' }, y: false },
    scales: {
      x: { range: () => [range.current.from / 1000, range.current.until / 1000] },
      y: {
        range: (_, low, high) => (fromZero ? [0, Math.max(high * 1.1, 1)] : roomy(low, high, unit)),
      },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        values: (_, seconds) => seconds.map((each) => timeText(new Date(each * 1000).toISOString())),
      },
      {
        ...axis,
        size: 64,
        space: 36,
        ...(unit === 'bytes' && { incrs: bytesApart }),
        ...(unit === 'share' && { incrs: sharesApart }),
        values: (_, values) => values.map((each) => valueText(each, unit)),
      },
    ],
    series: [
      {},
      ...labels.map((label, index) => ({
        label,
        stroke: colorOf(`--curve-${(index % 6) + 1}`),
        width: 1.75,
        dash: [...dashes[index % dashes.length]!],
      })),
    ],
  };
};

/** Between two lines of bytes: round in the units that are shown. */
const bytesApart = [0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * 1024 ** power),
);

/** Tenths of a percent are the least that is shown. */
const sharesApart = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

const roomy = (low: number, high: number, unit: Look['unit']): [number, number] => {
  // Several lines that are all called 99 % say nothing.
  if (unit === 'share') return [Math.max(0, low - 0.01), Math.min(1, high + 0.01)];
  const room = (high - low) * 0.1 || Math.abs(high) * 0.02 || 1;
  return [Math.max(0, low - room), high + room];
};

/** What a token is in the present theme: a canvas knows no custom properties. */
const colorsOf =
  (target: HTMLElement) =>
  (token: string): string => {
    const probe = document.createElement('span');
    probe.style.color = `var(${token})`;
    target.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
