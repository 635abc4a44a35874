import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../../src/launcher/environment.ts';
import { withLock } from '../../src/launcher/lock.ts';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { findProgram, runCommand } from '../../src/launcher/run-command.ts';

/** The version pinned in tools/temporal-test-server/pom.xml. */
const version = '1.38.0';

/**
 * Path of a program that runs Temporal's time-skipping server, fetched once per machine; or why there is none. The
 * server is Java and comes from Maven.
 */
export const ensureTimeSkippingServer = async (): Promise<{ readonly path: string } | { readonly missing: string }> => {
  const folder = join(readEnvironment().cache, `temporal-test-server-${version}`);
  const path = join(folder, 'temporal-test-server');
  const java = findProgram('java');
  if (!java) return { missing: 'there is no Java' };
  if (isThere(path)) return { path };
  const maven = findProgram('mvn');
  if (!maven) return { missing: 'there is no Maven to fetch it with' };
  try {
    await withLock(
      'temporal-test-server',
      () => {},
      () => fetchWith(maven, java, folder),
    );
    return { path };
  } catch (error) {
    return { missing: `Maven could not fetch it: ${error instanceof Error ? error.message : String(error)}` };
  }
};

const fetchWith = async (maven: string, java: string, folder: string): Promise<void> => {
  if (isThere(join(folder, 'temporal-test-server'))) return;
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    await runCommand({
      command: maven,
      arguments: [
        '-q',
        '-B',
        '-f',
        join(repositoryRoot, 'tools', 'temporal-test-server', 'pom.xml'),
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${join(draft, 'lib')}`,
      ],
    });
    const start = `exec '${java}' -XX:TieredStopAtLevel=1 -Xshare:auto -cp '${folder}/lib/*' io.temporal.testserver.TestServer "$@"`;
    writeFileSync(join(draft, 'temporal-test-server'), `#!/bin/sh\n${start}\n`);
    chmodSync(join(draft, 'temporal-test-server'), 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
};

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
