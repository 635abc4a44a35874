import { chooseSubnet, layoutOf, subnetAround } from '../domain/addresses.ts';
import { PgrowError } from '../domain/errors.ts';
import { databaseLabels, labelNames, networkName } from '../domain/naming.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openSession } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';

/** Times that another subnet is taken because someone else has the chosen one. */
const subnetAttempts = 8;

type Needs = Pick<Dependencies, 'platform' | 'store' | 'subnetPool'>;

/**
 * Runs `use` with a subnet that nothing known overlaps, beginning with `first` where there is one; again with another
 * for as long as someone else turns out to have it: another database, or another control plane on the same engine.
 */
export const withFreeSubnet = async <T>(
  { platform, store, subnetPool }: Needs,
  id: string,
  use: (subnet: string) => Promise<T>,
  first?: string,
): Promise<T> => {
  const tried: string[] = [];
  for (;;) {
    const subnet = (tried.length === 0 ? first : undefined) ?? (await chooseFree());
    try {
      return await use(subnet);
    } catch (error) {
      tried.push(subnet);
      const another = error instanceof PgrowError && error.code === 'subnet_taken';
      if (!another || tried.length === subnetAttempts) throw error;
    }
  }

  async function chooseFree(): Promise<string> {
    const [networks, databases] = await Promise.all([platform.takenSubnets(), store.listDatabases({})]);
    const ofDatabases = databases.flatMap(({ network }) => network?.subnet ?? []);
    return chooseSubnet({ pool: subnetPool, taken: [...networks, ...ofDatabases, ...tried], id });
  }
};

export const networkActions = (dependencies: Dependencies) => {
  const { platform, store } = dependencies;

  const ensureNetwork: Action<'ensureNetwork'> = async (_, { database: id, operation }) => {
    const { database } = await openSession(dependencies, id);
    const name = networkName(database);
    const labels = { ...databaseLabels(database), [labelNames.operation]: operation };
    const recorded = database.network?.subnet;
    if (recorded === undefined) return platform.ensureNetwork({ name, labels });
    let held = recorded;
    /** On record first: what the engine has is never another database's. */
    const hold = async (subnet: string) => {
      if (subnet !== held) await store.moveSubnet(id, held, subnet);
      held = subnet;
    };
    const create = async (subnet: string) => {
      await hold(subnet);
      await platform.ensureNetwork({ name, labels, layout: layoutOf(subnet) });
    };
    await withFreeSubnet(dependencies, id, create, recorded);
    // An attempt that was cut off may have created it with the subnet that it held.
    await hold(subnetAround(await platform.networkGateway(name)));
  };

  const removeNetwork: Action<'removeNetwork'> = async (_, { database: id }) => {
    const { database } = await openSession(dependencies, id);
    await platform.removeNetwork(networkName(database));
  };

  return { ensureNetwork, removeNetwork };
};
