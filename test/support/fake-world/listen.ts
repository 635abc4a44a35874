import type { Shop } from './operator.ts';

/** What the steps say of themselves from now on, in order. */
export const listen = (shop: Shop): readonly string[] => {
  const said: string[] = [];
  const { store } = shop.world;
  const { stepDetail } = store;
  Object.assign(store, {
    stepDetail: (call: Parameters<typeof stepDetail>[0]) => {
      if (call.detail !== undefined) said.push(call.detail);
      return stepDetail(call);
    },
  });
  return said;
};
