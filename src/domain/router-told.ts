import type { RouterConfig } from './node-config.ts';
import type { Plan } from './plan.ts';
import { routerConfig } from './routes.ts';

/** What a router has been told by the time a step of a plan begins; null when there is no such router yet. */
export const routerTold = ({ steps, from }: Plan, step: number, router: string): RouterConfig | null => {
  const told = steps.slice(0, step).flatMap(({ run }) => {
    if (run.action !== 'ensureNode' && run.action !== 'configureNode') return [];
    const { node, config } = run.input;
    return node.name === router && config.kind === 'haproxy' ? [config] : [];
  });
  const wasThere = from?.nodes.some(({ name }) => name === router);
  return told.at(-1) ?? (from && wasThere ? routerConfig(from) : null);
};
