import { Command, Option } from 'commander';
import { abort } from './abort.ts';
import { audit } from './audit.ts';
import { backupControlPlane } from './backup-control-plane.ts';
import { changeDatabase } from './change-database.ts';
import { confirm } from './confirm.ts';
import { ca } from './ca.ts';
import { completion } from './completion.ts';
import { config } from './config.ts';
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
import { extensions } from './extensions.ts';
import { failover } from './failover.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { notifications } from './notifications.ts';
import { mcp } from './mcp.ts';
import { operations } from './operations.ts';
import { outdated } from './outdated.ts';
import { password } from './password.ts';
import { plan } from './plan.ts';
import { pooling } from './pooling.ts';
import { prepare } from './prepare.ts';
import { reinit } from './reinit.ts';
import { protect } from './protect.ts';
import { release } from './release.ts';
import { repair } from './repair.ts';
import { replicas } from './replicas.ts';
import { restore } from './restore.ts';
import { restoreControlPlane } from './restore-control-plane.ts';
import { rollback } from './rollback.ts';
import { rotate } from './rotate.ts';
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
import { web } from './web.ts';
import { workers } from './workers.ts';
import { didYouMean } from './did-you-mean.ts';
import { handOverOutput, outputOption, refuseTwoFormats } from './document-format.ts';
import { examplesText } from './examples.ts';
import { widthOf, type Output } from './terminal.ts';
import { verbOf } from './value-kinds.ts';

type AddVerb = (program: Command) => void;

/** Each verb adds its command to the program; one file per verb. */
const verbs: Readonly<Record<string, readonly AddVerb[]>> = {
  'Make and remove a database': [create, restore, destroy, protect],
  'Grow it, shrink it, change it': [plan, expand, scaleDown, pooling, replicas, changeDatabase],
  'Steer an operation': [cutover, abort, confirm, rollback],
  'Look at it': [web, list, status, operations, events, logs, snapshots, extensions, outdated, cost],
  'Connect to it': [url, connect, ca, password, rotate],
  'Care for its nodes': [switchover, failover, reinit, repair],
  'Take it down for a while': [stop, start],
  'Run the control plane': [
    up,
    down,
    demo,
    workers,
    doctor,
    config,
    completion,
    mcp,
    tokens,
    audit,
    notifications,
    release,
    backupControlPlane,
    restoreControlPlane,
    images,
    prepare,
    serve,
    test,
  ],
};

/** The command line with all verbs. Wrong usage throws a `CommanderError`, after it has been said on standard error. */
export const createProgram = (): Command => {
  const program = new Command('pgrow')
    .description(
      'Grows a PostgreSQL database step by step, from a single instance to full high availability, and back.',
    )
    .showHelpAfterError('Run "pgrow help" for the verbs and "pgrow help VERB" for the options of one.')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20 })
    .configureOutput({
      getOutHelpWidth: () => helpWidth(process.stdout),
      getErrHelpWidth: () => helpWidth(process.stderr),
    })
    .addOption(new Option('--context <name>', 'the control plane that this is about, of those in "config list"'))
    .addOption(outputOption())
    .hook('preAction', refuseTwoFormats);
  for (const [group, added] of Object.entries(verbs)) {
    program.commandsGroup(`${group}:`);
    for (const addVerb of added) addVerb(program);
  }
  program.commandsGroup('Help:').helpCommand('help [verb]', 'show what a verb does, its options and examples');
  finish(program, program);
  return program;
};

/** A pipe gets the width that is usual. */
const helpWidth = (output: Output): number => (Number.isFinite(widthOf(output)) ? widthOf(output) : 80);

/** What every command gets, and each command below it. */
const finish = (program: Command, command: Command): void => {
  // Errors reach who parses only if each command throws them.
  command.exitOverride();
  command.addHelpText('after', () => examplesText(verbOf(command), widthOf(process.stdout)));
  if (command.commands.length > 0) command.hook('preSubcommand', (_, chosen) => handOverOutput(program, chosen));
  if (command.parent && command.commands.length > 0) refuseUnknown(command);
  for (const each of command.commands) finish(program, each);
};

/** A wrong word would be taken for an argument of the command that runs where none is named. */
const refuseUnknown = (command: Command): void => {
  command.hook('preSubcommand', (_, chosen) => {
    const [word] = command.args;
    if (word === undefined || word.startsWith('-') || word === chosen.name()) return;
    const names = command.commands.map((each) => each.name());
    command.error(`error: unknown command '${word}' of ${verbOf(command)}.${didYouMean(word, names)}`);
  });
};
