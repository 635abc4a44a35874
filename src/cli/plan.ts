import { Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import type { ExpansionTarget } from '../domain/stage.ts';
import type { ChangeRequest } from './api-client.ts';
import { addWishOptions, databaseChangeRequest, wishesBody, type ChangeWishes } from './change-options.ts';
import { connectToApi } from './connect-to-api.ts';
import { planPage, readConsoleLink } from './console-link.ts';
import { addExpansionOptions, expansionRequest, type ExpansionFlags } from './expansion-options.ts';
import { print } from './output.ts';
import { graceOption, scaleDownRequest, scaleDownStages, type ScaleDownFlags } from './scale-down.ts';
import { showPlan } from './show-plan.ts';

interface PlanFlags extends Omit<ExpansionFlags, 'to'>, Pick<ScaleDownFlags, 'grace'>, ChangeWishes {
  readonly to?: ExpansionTarget;
  readonly scaleDownTo?: ScaleDownFlags['to'];
  readonly json?: true;
}

export const plan = (program: Command): void => {
  const command = program
    .command('plan <name>')
    .description('show what an expansion, a scale-down or a change would do, without touching anything');
  addExpansionOptions(command, 'optional')
    .addOption(new Option('--scale-down-to <stage>', 'instead of --to: a lower stage').choices(scaleDownStages))
    .addOption(graceOption());
  addWishOptions(command)
    .option('--json', 'print the plan as one JSON document')
    .action(async (database: string, flags: PlanFlags) => {
      const [api, request] = [connectToApi(), requestOf(flags)];
      await showPlan({ api, database, request, json: flags.json === true });
      if (flags.json) return;
      const link = await readConsoleLink(api, database, planPage(request));
      if (link !== null) print(`In the console: ${link}`);
    });
};

const requestOf = (flags: PlanFlags): ChangeRequest => {
  const { to, scaleDownTo, count } = flags;
  const isChange = Object.keys(wishesBody(flags)).length > 0;
  if ([to !== undefined, scaleDownTo !== undefined, isChange].filter(Boolean).length !== 1) {
    throw new PgrowError(
      'malformed_request',
      'Give one of --to STAGE, --scale-down-to STAGE and what is to change, such as --memory 4GiB.',
    );
  }
  if (to !== undefined) return expansionRequest({ ...flags, to });
  if (scaleDownTo !== undefined) {
    return scaleDownRequest({ ...flags, to: scaleDownTo, ...(count !== undefined && { replicas: count }) });
  }
  return databaseChangeRequest(flags);
};
