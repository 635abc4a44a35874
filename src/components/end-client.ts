import type pg from 'pg';

/** Ends a connection. A peer that stands still never confirms that, so after `limitMs` it is not waited for. Never throws. */
export const endClient = async (client: pg.Client, limitMs = 1000): Promise<void> => {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([client.end().catch(() => undefined), tooLate]);
  clearTimeout(timer);
  const { connection } = client as unknown as { readonly connection: { readonly stream: { destroy(): void } } };
  connection.stream.destroy();
};
