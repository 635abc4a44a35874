import { lookup as resolve, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { messageOf } from '../../domain/errors.ts';
import { addressIn, isPublicAddress } from '../../domain/notifications/public-address.ts';
import { sharedResolve, type Resolve } from './shared-resolve.ts';

/** Why a host is not connected to. */
export class HostRefused extends Error {
  override readonly name = 'HostRefused';
}

const askSystem: Resolve = (host) =>
  new Promise((done, fail) => {
    // IPv4 first: a machine without IPv6 would try the other in vain each time.
    resolve(host, { all: true, order: 'ipv4first' }, (error, addresses) => (error ? fail(error) : done(addresses)));
  });

const resolveAll = sharedResolve(askSystem);

export interface HostRules {
  readonly allowPrivate: boolean;
  /** Replaced in tests. */
  readonly resolve?: Resolve;
  /** Ends the wait for addresses. */
  readonly signal?: AbortSignal;
}

/**
 * The addresses of a host, all of which were looked at: a name that leads to one inside is refused whatever else it leads to.
 * Connect to one of these and resolve the name no second time, because its answer may change.
 * @throws HostRefused
 */
export const checkedAddresses = async (
  host: string,
  { allowPrivate, resolve: all = resolveAll, signal }: HostRules,
): Promise<readonly LookupAddress[]> => {
  const literal = addressIn(host);
  const addresses =
    literal === null ? await all(host, signal) : [{ address: literal, family: literal.includes(':') ? 6 : 4 }];
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
