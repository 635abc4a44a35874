import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildConsole } from '../../src/launcher/console.ts';
import { launchBrowser } from '../../test/web/launch-browser.ts';
import { isScript, readSizes } from '../../test/web/sizes.ts';
import { openWorld } from '../../test/web/world.ts';
import { measureFirstView, measureHeap, measureListInUse } from './in-browser.ts';
import { measureList, measureStream } from './server-side.ts';

/**
 * What the console takes, beside what it may take: in a headless Chromium, against the API of the tests with 500 databases,
 * which runs in this process. `npm run bench:web`
 */

const { values } = parseArgs({
  options: { repeat: { type: 'string', default: '5' }, minutes: { type: 'string', default: '2' } },
});
const [times, minutes] = [Number(values.repeat), Number(values.minutes)];
const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Line {
  readonly what: string;
  readonly value: number;
  readonly most: number;
  readonly unit: 'ms' | 'KB' | 'MB' | '%' | '';
}

const lines: Line[] = [];
const add = (what: string, value: number, most: number, unit: Line['unit']): void =>
  void lines.push({ what, value, most, unit });

const folder = await buildConsole(say);
const sizes = readSizes(folder);
const later = [...sizes.assets].filter(([name]) => isScript(name) && !sizes.first.has(name)).map(([, bytes]) => bytes);
add('script of the first view, gzip', sizes.firstScript / 1024, 150, 'KB');
add('all script, gzip', sizes.allScript / 1024, 280, 'KB');
add('largest chunk loaded later, gzip', Math.max(...later) / 1024, 40, 'KB');
add('style of the first view, gzip', sizes.firstStyle / 1024, 15, 'KB');

const loadBefore = loadavg();
const world = await openWorld({ console: folder });
const browser = await launchBrowser();
try {
  await world.crowd(500 - (await world.store.listDatabases({})).length);
  const { address } = world.front;
  say('GET /v1/databases, and a stream');
  const list = await measureList(world);
  add('GET /v1/databases, median', list.ms, 50, 'ms');
  add('GET /v1/databases, raw', list.rawBytes / 1024, 200, 'KB');
  add('GET /v1/databases, gzip', list.gzipBytes / 1024, 25, 'KB');
  add('one stream at rest, of a core', await measureStream(world), 0.1, '%');
  say('the first view, cold');
  const cold = await measureFirstView(browser, address, { times });
  add('first paint', cold.paintMs, 250, 'ms');
  add('list interactive', cold.interactiveMs, 700, 'ms');
  add('requests until then', cold.requests, 8, '');
  const slow = await measureFirstView(browser, address, { times: 3, throttle: 4 });
  add('list interactive, 4 × throttled', slow.interactiveMs, 2000, 'ms');
  say('the list in use');
  const use = await measureListInUse(browser, world);
  add('change of the route, warm', use.routeChangeMs, 100, 'ms');
  add('scripting for one changed row', use.oneRowMs, 8, 'ms');
  add('scripting for all rows new', use.allRowsMs, 50, 'ms');
  add('scripting for a keystroke in the search', use.keystrokeMs, 30, 'ms');
  add('longest task', use.longestTaskMs, 100, 'ms');
  add('interaction to next paint, p98', use.interactionMs, 100, 'ms');
  const slowUse = await measureListInUse(browser, world, 4);
  add('interaction to next paint, p98, 4 × throttled', slowUse.interactionMs, 200, 'ms');
  say(`heap during an operation of ${minutes} min`);
  const { quarters } = await measureHeap(browser, world, minutes);
  add('heap at the end of it', quarters.at(-1)! / 1024 ** 2, 60, 'MB');
  add('heap gained in its last half', (quarters[3]! - quarters[1]!) / 1024 ** 2, 1, 'MB');
} finally {
  await browser.close();
  await world.close();
}

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
const version = browser.version();
process.stdout.write(
  `Chromium ${version}; load ${loadBefore[0]!.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after\n\n`,
);
process.stdout.write('| what | at most | measured | |\n| --- | --- | --- | --- |\n');
for (const { what, value, most, unit } of lines)
  process.stdout.write(
    `| ${what} | ${most} ${unit} | ${number(value)} ${unit} | ${value <= most ? '' : 'missed'} |\n`.replaceAll(
      '  ',
      ' ',
    ),
  );
