import { changeSearch } from '../../data/changes.ts';
import type { Ladder, Status } from '../../data/types.ts';
import type { Layer } from './picture.ts';

/** What a layer could have and has not. */
export interface Missing {
  readonly what: string;
  /** Dollars per month more; null while it is not known. */
  readonly monthly_usd: number | null;
  /** Leads to the plan; null where there is none. */
  readonly search: string | null;
  /** Why it cannot be added now, in the API's words. */
  readonly refused: string | null;
}

type Offer = Pick<Ladder['rungs'][number], 'request' | 'plan' | 'refused'>;

const offered = (what: string, offer: Offer | null | undefined): Missing => ({
  what,
  monthly_usd: offer?.plan ? offer.plan.cost_after.monthly_usd - offer.plan.cost_before.monthly_usd : null,
  search: offer?.request ? changeSearch({ kind: offer.request.path, body: offer.request.body }) : null,
  refused: offer?.refused?.message ?? null,
});

/** What is not enabled yet, by its layer: the picture is the invitation to grow. */
export const missingOf = (status: Status, ladder: Ladder | undefined): Partial<Record<Layer, Missing>> => {
  const { stage, pooling, routing } = status;
  const rung = (at: Status['stage']) => ladder?.rungs.find((each) => each.stage === at);
  return {
    ...(!pooling.enabled && {
      pooling: offered('many connections share a few', stage === 0 ? rung(1) : ladder?.pooling),
    }),
    ...(!routing.enabled && {
      routing: {
        what: stage < 2 ? 'comes with read replicas' : 'its clients are led to the replicas without HAProxy',
        monthly_usd: null,
        search: null,
        refused: null,
      },
    }),
    ...(stage < 2 && { database: offered('read replicas', rung(2)) }),
    ...(stage < 3 && { consensus: offered('automatic failover', rung(3)) }),
  };
};
