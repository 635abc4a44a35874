import { step } from './plan-builder.ts';

/** `docker system prune` and `docker network prune` remove networks in which no container runs. */
export const ensureNetworks = step('network', 'make sure of the private networks', {
  action: 'ensureNetwork',
  input: {},
});
