import type { Node, Status } from '../../data/types.ts';

interface Images {
  /** Those that serve. */
  readonly servers: readonly Node[];
  /** Those that run another image than this pgrow would take; null where that is not known of one of them. */
  readonly older: readonly Node[] | null;
}

export const imagesOf = ({ nodes }: Pick<Status, 'nodes'>): Images => {
  const servers = nodes.filter(({ kind, kept }) => kind === 'postgres' && kept === null);
  const isKnown = servers.every(({ image }) => image !== null);
  return { servers, older: isKnown ? servers.filter(({ image }) => image?.newest === false) : null };
};
