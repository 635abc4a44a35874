import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { once } from 'node:events';
import { down } from '../src/launcher/control-plane.ts';
import { nodeLabels } from '../src/domain/naming.ts';
import type { Database } from '../src/domain/database.ts';
import type { Node } from '../src/domain/topology.ts';
import type { ChaosCase } from './cases.ts';
import type { Chaos } from './chaos.ts';
import { changeSettings, denyLogins, hang, slowDown, type Inflicted } from './field-faults.ts';
import { cutOff, killNode, makeSmallVolume } from './nodes.ts';
import { killNow, pidOf, wake } from './processes.ts';
import { until } from './until.ts';

/** The fault of a case, done while the worker stands still; afterwards the worker runs, the same or another one. */
export interface Struck {
  /** What was seen of it. @throws when it took no effect */
  readonly effect: () => string;
  /** Once the operation has ended. */
  readonly tidy: () => Promise<void>;
}

/** Longer than any wait of a hand-over for one answer, shorter than the patience of a step. Milliseconds. */
const cutOffMs = 6000;
const hangMs = 6000;
const slowMs = 6000;
const fullMs = 6000;
/** At most: it ends with the operation. */
const deniedMs = 20_000;
/** Less than a base backup needs. */
const smallDiskMegabytes = { postgres: 32, etcd: 8 };
const engineMs = 60_000;

export interface Target {
  readonly database: Database | null;
  readonly operation: string;
  /** Of faults that hit a node. */
  readonly node: Node | null;
}

export const strike = async (chaos: Chaos, { fault, role }: ChaosCase, target: Target): Promise<Struck> => {
  const node = (): Node => {
    if (target.node) return target.node;
    throw new Error('there is no node to hit');
  };
  switch (fault) {
    case 'worker': {
      const pid = pidOf(chaos, 'worker');
      await killNow(pid);
      await chaos.up();
      return seen(another(pid, pidOf(chaos, 'worker'), 'worker'));
    }
    case 'temporal': {
      const pid = pidOf(chaos, 'temporal');
      await killNow(pid);
      wake(chaos);
      await chaos.up();
      return seen(another(pid, pidOf(chaos, 'temporal'), 'Temporal'));
    }
    case 'control-plane': {
      const [worker, temporal] = [pidOf(chaos, 'worker'), pidOf(chaos, 'temporal')];
      wake(chaos);
      await down({ progress: () => undefined });
      await chaos.up();
      another(temporal, pidOf(chaos, 'temporal'), 'Temporal');
      return seen(another(worker, pidOf(chaos, 'worker'), 'worker'));
    }
    case 'node': {
      const effect = await killNode(node().container);
      wake(chaos);
      return seen(effect);
    }
    case 'network': {
      const cut = await cutOff(node().container);
      wake(chaos);
      const healed = delay(cutOffMs).then(() => cut.heal());
      return { effect: () => cut.effect, tidy: () => healed };
    }
    case 'hang':
      return lasting(chaos, await hang(node().container), hangMs);
    case 'slow':
      return lasting(chaos, await slowDown(node().container), slowMs);
    case 'denied-login':
      return untilItEnds(chaos, await denyLogins(chaos, nameOf(target)), deniedMs);
    case 'changed-settings':
      return untilItEnds(chaos, await changeSettings(chaos, nameOf(target)), Infinity);
    case 'disk':
      return role === 'from' ? fillDisk(chaos, node()) : makeFullDisk(chaos, target, node());
    case 'engine': {
      const pid = Number(readFileSync('/var/run/docker.pid', 'utf8'));
      process.kill(pid, 'SIGTERM');
      await until(`engine ${pid} gone`, engineMs, () => {
        try {
          process.kill(pid, 0);
          return false;
        } catch {
          return true;
        }
      });
      wake(chaos);
      await chaos.up();
      return seen(another(pid, Number(readFileSync('/var/run/docker.pid', 'utf8')), 'engine'));
    }
    default:
      return fault satisfies never;
  }
};

const nameOf = ({ database }: Target): string => {
  if (database) return database.name;
  throw new Error('there is no database to hit');
};

/** For so long, whatever the operation does. */
const lasting = (chaos: Chaos, { effect, heal }: Inflicted, ms: number): Struck => {
  wake(chaos);
  const healed = delay(ms).then(heal);
  healed.catch(() => undefined);
  return { effect: () => effect, tidy: () => healed };
};

/** Until the operation has ended, but no longer than that. */
const untilItEnds = (chaos: Chaos, { effect, heal }: Inflicted, ms: number): Struck => {
  wake(chaos);
  const ended = new AbortController();
  const over = ms === Infinity ? once(ended.signal, 'abort') : delay(ms, undefined, { signal: ended.signal });
  const healed = Promise.resolve(over).then(heal, heal);
  healed.catch(() => undefined);
  return {
    effect: () => effect,
    tidy() {
      ended.abort();
      return healed;
    },
  };
};

/** The volume a node is about to get is too small for what it is to hold; the next one is not. */
const makeFullDisk = async (chaos: Chaos, { database, operation }: Target, node: Node): Promise<Struck> => {
  if (!database || node.volume === null) throw new Error(`${node.name} has no disk to fill`);
  const megabytes = node.kind === 'etcd' ? smallDiskMegabytes.etcd : smallDiskMegabytes.postgres;
  const disk = await makeSmallVolume(node.volume, nodeLabels(database, node, operation), megabytes);
  // It asks for all the room it wants at once and writes nothing where that is refused.
  if (node.kind === 'etcd') await disk.fill();
  let least = disk.freeBytes();
  const watch = setInterval(() => (least = Math.min(least, disk.freeBytes())), 10);
  wake(chaos);
  return {
    effect() {
      if (least < disk.bytes / 10) return `${node.name} had ${Math.round(least / 1024)} KB left of ${megabytes} MB`;
      throw new Error(`the disk of ${node.name} was not filled: ${least} bytes were always free`);
    },
    async tidy() {
      clearInterval(watch);
      await disk.remove();
    },
  };
};

/** Of a server that runs, for a while. */
const fillDisk = async (chaos: Chaos, node: Node): Promise<Struck> => {
  const disk = chaos.smallDisks.get(node.volume ?? '');
  if (!disk) throw new Error(`${node.name} has no disk that could be filled`);
  const release = await disk.fill();
  const left = disk.freeBytes();
  wake(chaos);
  const released = delay(fullMs).then(release);
  return {
    effect() {
      if (left < nextSegment) return `${node.name} had ${left} bytes left`;
      throw new Error(`the disk of ${node.name} was not filled: ${left} bytes were free`);
    },
    tidy: () => released,
  };
};

/** What PostgreSQL asks for next, in bytes. */
const nextSegment = 16 * 1024 * 1024;

const seen = (effect: string): Struck => ({ effect: () => effect, tidy: async () => undefined });

const another = (before: number, after: number, what: string): string => {
  if (after !== before) return `${what} ${before} died, ${after} took over`;
  throw new Error(`${what} ${before} still runs: it was not killed`);
};
