import type { Peer } from '../../../src/components/peer.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import { tlsFiles } from '../../../src/domain/tls.ts';
import type { Machine, Machines } from './machines.ts';

/** A node with a certificate takes those alone who speak TLS with it, and another those who do not. @throws PgrowError `no_answer` */
export const spokenWith = async (
  machines: Pick<Machines, 'at' | 'read'>,
  { name, address, tls }: Pick<Peer, 'name' | 'address' | 'tls'>,
): Promise<Machine> => {
  const machine = await machines.at(address);
  if (hasCertificate(machines, machine) === (tls !== undefined)) return machine;
  throw new PgrowError('no_answer', `${name} was spoken with ${tls ? 'by TLS' : 'in plain text'}.`);
};

const hasCertificate = (machines: Pick<Machines, 'read'>, { container }: Machine): boolean => {
  try {
    return machines.read(container, tlsFiles.identity) !== '';
  } catch {
    return false;
  }
};
