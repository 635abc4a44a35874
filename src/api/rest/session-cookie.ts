import type { FastifyReply, FastifyRequest } from 'fastify';
import { wayOf } from '../same-origin.ts';

/** Of an audit entry: a session belongs to no database. */
export const inProject = ({ project }: { readonly project: string }) => ({ project, service_id: null });

/** `Secure` only with TLS: on the loopback address some browsers take such a cookie and some do not. */
export const setCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  { name, value, seconds }: { readonly name: string; readonly value: string; readonly seconds: number },
): void => {
  const secure = wayOf(request) === 'tls' ? '; Secure' : '';
  void reply.header('set-cookie', `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`);
};
