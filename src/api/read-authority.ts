import { X509Certificate } from 'node:crypto';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { ApiDependencies } from './dependencies.ts';

/** By which clients verify a database. It is no secret; its key is, and stays sealed. @throws PgrowError `not_found` for plain text */
export const readAuthority = async (
  { store }: Pick<ApiDependencies, 'store'>,
  { id, name, topology }: Pick<Database, 'id' | 'name' | 'topology'>,
) => {
  const { ca_certificate: certificate } = await store.readSecrets(id);
  if (!topology.tls || certificate === undefined) throw withoutAuthority(name);
  return { certificate, expires_at: new X509Certificate(certificate).validToDate.toISOString() };
};

const withoutAuthority = (name: string): PgrowError =>
  new PgrowError(
    'not_found',
    `${name} has no certificate authority: it speaks plain text. TLS is chosen when a database is made: ./pgrow create NAME --tls require`,
  );
