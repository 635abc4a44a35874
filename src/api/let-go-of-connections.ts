import type { FastifyInstance } from 'fastify';

/**
 * Closes each connection with its answer once the API stops. One that a client keeps alive after a request that was waited for would
 * keep the API from stopping, for as long as the client likes.
 */
export const letGoOfConnections = (app: FastifyInstance): void => {
  let stops = false;
  app.addHook('preClose', () => void (stops = true));
  app.addHook('onSend', async (_, reply) => {
    if (stops) void reply.header('connection', 'close');
  });
};
