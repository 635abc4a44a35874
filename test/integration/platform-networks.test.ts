import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { addressOf, chooseSubnet, defaultSubnetPool, layoutOf } from '../../src/domain/addresses.ts';
import { differencesOf } from '../../src/domain/container-description.ts';
import { descriptionOf } from '../../src/platform/describe.ts';
import type { ContainerSpec } from '../../src/platform/platform.ts';
import { everywhere, onEveryEngine } from './platform-bench.ts';

onEveryEngine(
  'networks with a subnet',
  ({ platform, impatient, disconnect, stack, labels, spec, created, started }) => {
    let count = 0;

    /** A network in a subnet that nothing on this machine overlaps. */
    const network = async () => {
      const taken = await platform.takenSubnets();
      const subnet = chooseSubnet({ pool: defaultSubnetPool, taken, id: randomUUID() });
      const name = `${stack}-subnet-${++count}`;
      const layout = layoutOf(subnet);
      await platform.ensureNetwork({ name, labels, layout });
      return { name, subnet, layout, at: (address_number: number) => addressOf({ subnet }, { address_number })! };
    };
    const differences = async (should: ContainerSpec) =>
      differencesOf((await platform.describeContainer(should.name))!, descriptionOf(should)).map(({ says }) => says);
    const addressNow = async (name: string) => (await platform.inspectContainer(name))?.address;

    test('lie where they are asked for, and count as taken', async () => {
      const { name, subnet, layout } = await network();
      expect(await platform.networkGateway(name)).toBe(layout.gateway);
      expect(await platform.takenSubnets()).toContain(subnet);
    });

    test('are one for several callers at once, and for one that asks again', async () => {
      const subnet = chooseSubnet({ pool: defaultSubnetPool, taken: await platform.takenSubnets(), id: randomUUID() });
      const name = `${stack}-shared-subnet`;
      await everywhere(() => platform.ensureNetwork({ name, labels, layout: layoutOf(subnet) }));
      await platform.ensureNetwork({ name, labels, layout: layoutOf(subnet) });
      expect((await platform.findByLabels(labels)).networks.filter((each) => each === name)).toEqual([name]);
    });

    test('are refused where another network lies', async () => {
      const { layout } = await network();
      const name = `${stack}-overlapping`;
      await expect(platform.ensureNetwork({ name, labels, layout })).rejects.toMatchObject({
        code: 'subnet_taken',
        message: expect.stringMatching(`${name}.*${layout.subnet}`),
      });
      expect((await platform.findByLabels(labels)).networks).not.toContain(name);
    });

    test('give a container its address for life, whatever starts before it', async () => {
      const { name, at } = await network();
      const node = await created({ network: name, address: at(2) });
      await started({ network: name });
      await platform.startContainer(node);
      expect(await addressNow(node)).toBe(at(2));

      await platform.stopContainer(node, 0);
      await started({ network: name });
      await platform.startContainer(node);
      expect(await addressNow(node)).toBe(at(2));
      await platform.restartContainer(node, 0);
      expect(await addressNow(node)).toBe(at(2));
    });

    test('give it the same when it is rebuilt, or put in again after it was cut off', async () => {
      const { name, at } = await network();
      const described = spec({ network: name, address: at(5) });
      await platform.ensureContainer(described);
      await platform.startContainer(described.name);
      await disconnect(described.name, name);
      expect(await platform.inspectContainer(described.name)).toMatchObject({ running: true, address: null });

      await platform.joinNetworks(described);
      expect(await addressNow(described.name)).toBe(at(5));
      await platform.joinNetworks(described);
      expect(await addressNow(described.name)).toBe(at(5));
      expect(await differences(described)).toEqual([]);

      await platform.removeContainer(described.name);
      await platform.ensureContainer(described);
      await platform.startContainer(described.name);
      expect(await addressNow(described.name)).toBe(at(5));
    });

    test('show a container that was put in again without its address, also after a restart', async () => {
      const { name, at } = await network();
      const described = spec({ network: name, address: at(5) });
      const { address: _, ...without } = described;
      await platform.ensureContainer(described);
      expect(await differences(described)).toEqual([]);
      await platform.startContainer(described.name);
      await disconnect(described.name, name);
      await platform.joinNetworks(without);
      expect(await differences(described)).toEqual([`address is none, should be ${at(5)}`]);
      await platform.restartContainer(described.name, 0);
      expect(await addressNow(described.name)).not.toBe(at(5));
      expect(await differences(described)).toEqual([`address is none, should be ${at(5)}`]);
    });

    describe('of which a container is in two', () => {
      /** Its main network and the other one, each with its address. */
      const inTwo = async () => {
        const [main, other] = [await network(), await network()];
        const alsoIn = [{ network: other.name, aliases: ['served'], address: other.at(3) }];
        const described = spec({ network: main.name, address: main.at(3), alsoIn });
        await platform.ensureContainer(described);
        return { main, other, described };
      };

      test('has its address in both from its first start on, and after a restart', async () => {
        const { main, described } = await inTwo();
        expect(await differences(described)).toEqual([]);
        for (const start of [platform.startContainer, (name: string) => platform.restartContainer(name, 0)]) {
          await start(described.name);
          expect(await addressNow(described.name)).toBe(main.at(3));
          expect(await differences(described)).toEqual([]);
        }
      });

      test('comes into the second one also where an attempt to make it ended before that', async () => {
        const { main, other, described } = await inTwo();
        const { alsoIn: _, ...begun } = spec({ network: main.name, address: main.at(4) });
        await platform.ensureContainer(begun);
        const whole = { ...begun, alsoIn: described.alsoIn!.map((each) => ({ ...each, address: other.at(4) })) };
        expect(await differences(whole)).toEqual([
          `network is ${main.name}, should be ${[main.name, other.name].toSorted().join(', ')}`,
        ]);
        await platform.ensureContainer(whole);
        await platform.ensureContainer(whole);
        await platform.startContainer(whole.name);
        await platform.ensureContainer(whole);
        expect(await differences(whole)).toEqual([]);
      });

      test('counts as cut off without its main one, and comes back into each that it lost', async () => {
        const { main, other, described } = await inTwo();
        await platform.startContainer(described.name);
        const listed = async () =>
          (await platform.listContainers(labels)).find(({ name }) => name === described.name)?.address;
        await disconnect(described.name, main.name);
        expect([await addressNow(described.name), await listed()]).toEqual([null, null]);
        await platform.joinNetworks(described);
        expect([await addressNow(described.name), await listed()]).toEqual([main.at(3), main.at(3)]);

        await disconnect(described.name, other.name);
        expect(await addressNow(described.name)).toBe(main.at(3));
        expect(await differences(described)).toEqual([
          `network is ${main.name}, should be ${[main.name, other.name].toSorted().join(', ')}`,
        ]);
        await platform.joinNetworks(described);
        expect(await differences(described)).toEqual([]);
      });

      test('holds both while it runs', async () => {
        const { other, described } = await inTwo();
        await platform.startContainer(described.name);
        await expect(impatient.removeNetwork(other.name)).rejects.toMatchObject({
          message: expect.stringContaining(other.name),
        });
        await platform.removeContainer(described.name);
        await platform.removeNetwork(other.name);
      });

      test('does not start without either', async () => {
        const main = await network();
        const alsoIn = [{ network: `${stack}-absent`, aliases: [] }];
        await expect(started({ network: main.name, alsoIn })).rejects.toMatchObject({
          code: 'node_failed',
          message: expect.stringContaining(`no network ${stack}-absent`),
        });
      });
    });

    test('are left by all that run in them when they are emptied, and can be removed then', async () => {
      const [main, other] = [await network(), await network()];
      const guest = spec({ network: main.name, alsoIn: [{ network: other.name, aliases: [] }] });
      await platform.ensureContainer(guest);
      await platform.startContainer(guest.name);
      await everywhere(() => platform.emptyNetwork(other.name));
      await platform.removeNetwork(other.name);
      await platform.emptyNetwork(other.name);
      expect(await platform.inspectContainer(guest.name)).toMatchObject({ running: true });
      expect(await differences({ ...guest, alsoIn: [] })).toEqual([]);
    });

    test('let the engine choose only in the part that no node has addresses in', async () => {
      const { name, layout } = await network();
      const part = layout.dynamic.replace(/\d+\/24$/, '');
      for (const container of [await started({ network: name }), await started({ network: name })])
        expect(await addressNow(container)).toMatch(new RegExp(`^${part.replaceAll('.', '\\.')}\\d+$`));
    });

    test('do not start a second container with an address that one has; once it is free they do', async () => {
      const { name, at } = await network();
      const first = await started({ network: name, address: at(2) });
      const second = await created({ network: name, address: at(2) });
      await expect(platform.startContainer(second)).rejects.toMatchObject({
        code: 'node_failed',
        message: expect.stringMatching(`${second}.*another container has its address`),
      });
      await platform.removeContainer(first);
      await platform.startContainer(second);
      expect(await addressNow(second)).toBe(at(2));
    });
  },
);
