import { chooseSubnet, layoutOf, requireSubnets, subnetAround, subnetsOf } from '../domain/addresses.ts';
import { PgrowError } from '../domain/errors.ts';
import { clientsNetworkName, databaseLabels, labelNames, networkName } from '../domain/naming.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openSession } from '../nodes/session.ts';
import type { NetworkSpec, Platform } from '../platform/platform.ts';
import type { Action } from './step-activity.ts';

/** Times that another subnet is taken because someone else has the chosen one. */
const subnetAttempts = 8;

type Needs = Pick<Dependencies, 'platform' | 'store' | 'subnetPool'>;

/**
 * Runs `use` with `count` subnets that nothing known overlaps; again with others for as long as someone else turns out to have
 * one of them: another database, or another control plane on the same engine. `first`: what it begins with.
 */
export const withFreeSubnets = async <T>(
  { platform, store, subnetPool }: Needs,
  id: string,
  { count, first }: { readonly count: number; readonly first?: readonly string[] },
  use: (subnets: readonly string[]) => Promise<T>,
): Promise<T> => {
  if (!first) requireSubnets(subnetPool, count);
  const tried: string[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const subnets = (attempt === 1 ? first : undefined) ?? (await chooseFree());
    try {
      return await use(subnets);
    } catch (error) {
      tried.push(...subnets);
      const another = error instanceof PgrowError && error.code === 'subnet_taken';
      if (!another || attempt === subnetAttempts) throw error;
    }
  }

  async function chooseFree(): Promise<readonly string[]> {
    const [networks, databases] = await Promise.all([platform.takenSubnets(), store.listDatabases({})]);
    const taken = [...networks, ...databases.flatMap(({ network }) => subnetsOf(network)), ...tried];
    const chosen: string[] = [];
    while (chosen.length < count) chosen.push(chooseSubnet({ pool: subnetPool, taken: [...taken, ...chosen], id }));
    return chosen;
  }
};

/** An application that has joined runs on, without the database that is being removed. */
export const emptyNetworks = async (
  platform: Pick<Platform, 'emptyNetwork'>,
  database: Parameters<typeof networkName>[0],
): Promise<void> => {
  for (const name of networkNames(database)) await platform.emptyNetwork(name);
};

/** Absent is success, of a second one that the database never had as well. */
export const removeNetworks = async (
  platform: Pick<Platform, 'removeNetwork'>,
  database: Parameters<typeof networkName>[0],
): Promise<void> => {
  for (const name of networkNames(database)) await platform.removeNetwork(name);
};

const networkNames = (database: Parameters<typeof networkName>[0]): readonly string[] => [
  clientsNetworkName(database),
  networkName(database),
];

export const networkActions = (dependencies: Dependencies) => {
  const { platform, store } = dependencies;

  const ensureInSubnet = async (id: string, network: Omit<NetworkSpec, 'layout'>, recorded: string) => {
    let held = recorded;
    /** On record first: what the engine has is never another database's. */
    const hold = async (subnet: string) => {
      if (subnet !== held) await store.moveSubnet(id, held, subnet);
      held = subnet;
    };
    await withFreeSubnets(dependencies, id, { count: 1, first: [recorded] }, async ([subnet]) => {
      await hold(subnet!);
      await platform.ensureNetwork({ ...network, layout: layoutOf(subnet!) });
    });
    // An attempt that was cut off may have created it with the subnet that it held.
    await hold(subnetAround(await platform.networkGateway(network.name)));
  };

  /** Both of them, where a database has two. */
  const ensureNetwork: Action<'ensureNetwork'> = async (_, { database: id, operation }) => {
    const { database } = await openSession(dependencies, id);
    const { network } = database;
    const labels = { ...databaseLabels(database), [labelNames.operation]: operation };
    const control = { name: networkName(database), labels };
    if (!network) return platform.ensureNetwork(control);
    await ensureInSubnet(id, control, network.subnet);
    if (network.clients_subnet !== undefined)
      await ensureInSubnet(id, { name: clientsNetworkName(database), labels }, network.clients_subnet);
  };

  const removeNetwork: Action<'removeNetwork'> = async (_, { database: id }) => {
    const { database } = await openSession(dependencies, id);
    await removeNetworks(platform, database);
  };

  return { ensureNetwork, removeNetwork };
};
