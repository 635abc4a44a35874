import { lookup as resolve, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { messageOf } from '../../domain/errors.ts';
import { addressIn, isPublicAddress } from '../../domain/notifications/public-address.ts';

/** Why a host is not connected to. */
export class HostRefused extends Error {
  override readonly name = 'HostRefused';
}

/** Replaced in tests. Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * Each look holds one of the few threads that this process has for such things until the system's resolver answers, which may
 * take half a minute. What operations need must find others.
 */
const looksAtOnce = 2;
let looks = 0;
const waiting: (() => void)[] = [];

const resolveAll: Resolve = async (host) => {
  if (looks >= looksAtOnce) await new Promise<void>((resume) => waiting.push(resume));
  else looks += 1;
  try {
    return await askSystem(host);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else looks -= 1;
  }
};

const askSystem: Resolve = (host) =>
  new Promise((done, fail) => {
    // IPv4 first: a machine without IPv6 would try the other in vain each time.
    resolve(host, { all: true, order: 'ipv4first' }, (error, addresses) => (error ? fail(error) : done(addresses)));
  });

export interface HostRules {
  readonly allowPrivate: boolean;
  readonly resolve?: Resolve;
}

/**
 * The addresses of a host, all of which were looked at: a name that leads to one inside is refused whatever else it leads to.
 * Connect to one of these and resolve the name no second time, because its answer may change.
 * @throws HostRefused
 */
export const checkedAddresses = async (
  host: string,
  { allowPrivate, resolve: all = resolveAll }: HostRules,
): Promise<readonly LookupAddress[]> => {
  const literal = addressIn(host);
  const addresses = literal === null ? await all(host) : [{ address: literal, family: literal.includes(':') ? 6 : 4 }];
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (inside && !allowPrivate)
    throw new HostRefused(
      `${host} leads to ${inside.address}, which is no public address. Add a channel with allow_private if that is right.`,
    );
  return addresses;
};

/** For a socket that is to connect to a name. One to an address asks nothing: check that with `checkedAddresses`. */
export const checkedLookup =
  (rules: HostRules): LookupFunction =>
  (host, options, done) => {
    checkedAddresses(host, rules).then(
      (addresses) => {
        const [first] = addresses;
        if (!first) return done(new Error(`${host} has no address`), '');
        if (options.all) done(null, [...addresses]);
        else done(null, first.address, first.family);
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(messageOf(error)), ''),
    );
  };
