import type { Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { addConfirmedChangeOptions, runConfirmedChange, type ConfirmedFlags } from './confirmed-change.ts';
import { connectToApi } from './connect-to-api.ts';
import { addExpansionOptions, expansionRequest, type ExpansionFlags } from './expansion-options.ts';
import { readPlan } from './show-plan.ts';

export const expand = (program: Command): void => {
  const command = program
    .command('expand <name>')
    .description('grow a database to a higher stage, from any stage in one operation');
  addConfirmedChangeOptions(addExpansionOptions(command)).action(
    async (database: string, flags: ExpansionFlags & ConfirmedFlags) => {
      const api = connectToApi();
      const request = expansionRequest(flags);
      if (request.path === 'replicas' && flags.count !== undefined && !flags.dryRun) {
        await refuseFewer({ api, database, request, idempotencyKey: flags.idempotencyKey });
      }
      process.exitCode = await runConfirmedChange({ api, database, request, flags });
    },
  );
};

/** The API sets the number of replicas asked for; an expansion never means fewer. */
const refuseFewer = async (planned: Parameters<typeof readPlan>[0]): Promise<void> => {
  const { database, request } = planned;
  const { operation } = await readPlan(planned);
  if (operation.type !== 'set_replicas' || operation.nodes_removed.length === 0) return;
  throw new PgrowError(
    'refused',
    `Cannot expand ${database} to fewer replicas than it has: that would remove ${operation.nodes_removed.join(', ')}. ` +
      `To do so: ./pgrow replicas ${database} ${String(request.body['count'])}`,
  );
};
