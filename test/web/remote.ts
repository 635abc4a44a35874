import type { IncomingMessage, ServerResponse } from 'node:http';
import { playerOf } from './player.ts';
import type { World } from './world.ts';

/**
 * The player for people who look at the console in a browser: `curl 127.0.0.1:PORT/__player/look/shop/down`.
 * False where a request is none of these.
 */
export const remoteOf = (world: World): ((request: IncomingMessage, response: ServerResponse) => boolean) => {
  const player = playerOf(world);
  const say = (name: string) => `${name} is as it was played`;
  const commands: Readonly<Record<string, (...words: string[]) => unknown>> = {
    look: (name = '', health = 'healthy') =>
      player.look(name, { health: health as 'healthy', notices: health === 'healthy' ? [] : [say(name)] }),
    kill: (name = '') => player.killLeader(name),
    rejoin: (name = '', node = '') => player.rejoin(name, node),
    pace: (ms = '600') => player.script(null, { msPerStep: Number(ms) }),
    stay: (name = '', steps = '') => player.script(name, { msPerStep: 600, staysAt: steps.split(',').map(Number) }),
    fail: (name = '', step = '') => player.script(name, { msPerStep: 600, failsAt: Number(step) }),
    stick: (name = '', step = '') =>
      player.script(name, {
        msPerStep: 600,
        failsAt: Number(step),
        error: { left_over: [{ what: `volume of ${name}`, command: './pgrow doctor --remove' }] },
      }),
    go: (name = '') => player.script(name, { msPerStep: 600 }),
    part: (part = '', state = 'up') => player.part(part as 'engine', state as 'up'),
    restart: () => world.restart(),
    cut: (seconds = '0') => {
      world.front.cut({ away: Number(seconds) > 0 });
      setTimeout(() => world.front.back(), Number(seconds) * 1000);
    },
  };
  return (request, response) => {
    const [, place, command = '', ...words] = (request.url ?? '').split('/').map(decodeURIComponent);
    if (place !== '__player') return false;
    const act = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (!act) {
      response.writeHead(404).end(`There are: ${Object.keys(commands).join(', ')}\n`);
      return true;
    }
    Promise.resolve()
      .then(() => act(...words))
      .then(
        (done) => response.end(`${JSON.stringify(done ?? 'done')}\n`),
        (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
      );
    return true;
  };
};
