import type { PeerTls } from '../components/peer.ts';
import { ownIdentity } from './own-identity.ts';
import { authorityOf, type Secrets } from './secrets.ts';

/** How a node of a database is verified, and pgrow verified by it. */
export const peerTls = async ({ name }: { readonly name: string }, secrets: Secrets): Promise<PeerTls> => {
  const authority = authorityOf(name, secrets);
  const identity = await ownIdentity(authority);
  return { ca: authority.certificate, cert: identity, key: identity };
};
