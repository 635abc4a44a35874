import { parseArgs } from 'node:util';
import { buildConsole } from '../../src/launcher/console.ts';
import { openWorld } from './world.ts';

/** Serves the console with a world of databases: `node test/web/serve.ts --port 9000`. Ends on Ctrl-C. */

const { values } = parseArgs({
  options: { port: { type: 'string' }, console: { type: 'string' }, empty: { type: 'boolean' } },
});
const world = await openWorld({
  console: values.console ?? (await buildConsole(() => undefined)),
  isEmpty: values.empty === true,
  isRemote: true,
  ...(values.port !== undefined && { port: Number(values.port) }),
});
world.worker.usual = { msPerStep: 600 };
process.stdout.write(`The console: ${world.front.address}/ (an admin; no sign-in)\n`);
for (const [role, token] of Object.entries(world.tokens)) process.stdout.write(`token of ${role}: ${token}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void world.close());
