import { createAuthority, issueLeaf } from '../../src/components/certificates/index.ts';
import type { Peer, PeerTls } from '../../src/components/peer.ts';
import { provenBy } from '../../src/domain/tls.ts';

/** A certificate authority of a test, and what it issues. */
export interface Identities {
  /** Below /etc/pgrow: a node's own, and whom it trusts. `address`: one that it proves besides its name. */
  readonly filesOf: (
    name: string,
    address?: string,
  ) => Promise<{ readonly 'node.pem': string; readonly 'ca.pem': string }>;
  /** As pgrow proves itself, and verifies nodes. */
  readonly own: PeerTls;
}

export const createIdentities = async (): Promise<Identities> => {
  const authority = await createAuthority('test');
  const own = await issueLeaf(authority, { commonName: 'pgrow', days: 1 });
  return {
    filesOf: async (name, address) => ({
      'node.pem': await issueLeaf(authority, {
        commonName: name,
        ...provenBy({ name }, address === undefined ? [] : [address]),
        days: 1,
      }),
      'ca.pem': authority.certificate,
    }),
    own: { ca: authority.certificate, cert: own, key: own },
  };
};

/** The same node, for one that has no certificate. */
export const unidentified = (peer: Peer): Peer => ({ ...peer, tls: { ...peer.tls!, cert: '', key: '' } });
