import type { ActivityCall } from './step-actions.ts';
import type { Node } from './topology.ts';

/**
 * Where containers run. There is one host today, whose engine and addresses the worker reaches by itself; the name of the
 * one that is meant is in one place, and so is the way to its worker.
 */
export const localHost = 'local';

/** The host of nodes that were recorded before hosts had names. */
export const hostOf = ({ host = localHost }: Pick<Node, 'host'>): string => host;

/** The task queue of the worker on this host. The local one is the control plane's own worker. */
export const queueOfHost = (controlPlane: string, host: string): string =>
  host === localHost ? controlPlane : `${controlPlane}-on-${host}`;

/**
 * The host whose engine an action uses; the control plane's host if it uses none, or if it talks to several nodes over
 * their connections.
 */
export const hostOfCall = ({ input }: Pick<ActivityCall, 'input'>): string => {
  const { node, of, on } = input as Readonly<Partial<Record<'node' | 'of' | 'on', Node>>>;
  const touched = node ?? of ?? on;
  return touched ? hostOf(touched) : localHost;
};
