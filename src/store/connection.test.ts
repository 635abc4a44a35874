import { expect, test } from 'vitest';
import { postgresLogin, silentServer } from '../../test/support/silent-server.ts';
import { connectMetadata, toStoreError } from './connection.ts';

test('metadata that answer no query are given up, and the connection with them', async () => {
  const server = await silentServer({ greeting: postgresLogin });
  const { host, port } = server;
  const { pool } = connectMetadata({ host, port, user: 'pgrow', password: 'hush', database: 'pgrow' }, 40);

  for (let asked = 0; asked < 2; asked += 1) {
    const error = toStoreError(await pool.query('SELECT 1').catch((refused: unknown) => refused));
    expect(error).toMatchObject({ code: 'metadata_unavailable' });
  }
  await pool.end();
  await server.close();
});
