import { Command, CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { reportFailure, reportWrongUsage } from './failure.ts';
import { abort } from './abort.ts';
import { audit } from './audit.ts';
import { backupControlPlane } from './backup-control-plane.ts';
import { confirm } from './confirm.ts';
import { connect } from './connect.ts';
import { cost } from './cost.ts';
import { create } from './create.ts';
import { cutover } from './cutover.ts';
import { demo } from './demo.ts';
import { destroy } from './destroy.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { events } from './events.ts';
import { expand } from './expand.ts';
import { failover } from './failover.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { operations } from './operations.ts';
import { password } from './password.ts';
import { plan } from './plan.ts';
import { pooling } from './pooling.ts';
import { prepare } from './prepare.ts';
import { reinit } from './reinit.ts';
import { release } from './release.ts';
import { repair } from './repair.ts';
import { replicas } from './replicas.ts';
import { restore } from './restore.ts';
import { restoreControlPlane } from './restore-control-plane.ts';
import { rollback } from './rollback.ts';
import { scaleDown } from './scale-down.ts';
import { serve } from './serve.ts';
import { snapshots } from './snapshots.ts';
import { status } from './status.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';
import { switchover } from './switchover.ts';
import { test } from './test.ts';
import { tokens } from './tokens.ts';
import { images } from './images.ts';
import { up } from './up.ts';
import { url } from './url.ts';
import { workers } from './workers.ts';

/** Each verb adds its command to the program; one file per verb. */
const verbs: readonly ((program: Command) => void)[] = [
  up,
  down,
  demo,
  images,
  prepare,
  serve,
  test,
  create,
  list,
  status,
  plan,
  expand,
  scaleDown,
  pooling,
  replicas,
  switchover,
  failover,
  stop,
  start,
  reinit,
  repair,
  release,
  rollback,
  cutover,
  abort,
  confirm,
  operations,
  snapshots,
  restore,
  url,
  connect,
  password,
  events,
  logs,
  cost,
  tokens,
  audit,
  workers,
  doctor,
  backupControlPlane,
  restoreControlPlane,
  destroy,
];

const program = new Command('pgrow')
  .description('Grows a PostgreSQL database step by step, from a single instance to full high availability, and back.')
  .showHelpAfterError('Run "pgrow help" for the verbs and "pgrow help VERB" for the options of one.')
  .exitOverride();

for (const addVerb of verbs) addVerb(program);
// Errors of the sub-commands reach the handler below only if each of them throws.
const throwErrors = (command: Command): void => {
  command.exitOverride();
  command.commands.forEach(throwErrors);
};
program.commands.forEach(throwErrors);

// `pgrow status | head` ends early, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode === 0
        ? exitCodes.done
        : reportWrongUsage(error)
      : reportFailure(error);
}
