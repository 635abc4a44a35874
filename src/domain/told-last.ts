import type { NodeConfig } from './node-config.ts';
import type { Step } from './plan.ts';

/** What the steps before this one have told a node to be; null where none of them told it anything. */
export const toldLast = (steps: readonly Step[], before: number, node: string): NodeConfig | null =>
  steps.slice(0, before).reduce<NodeConfig | null>((told, { run }) => {
    switch (run.action) {
      case 'ensureNode':
      case 'configureNode':
      case 'restartNode':
        return run.input.node.name === node ? run.input.config : told;
      default:
        return told;
    }
  }, null);
