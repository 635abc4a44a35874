import { expect, test } from 'vitest';
import { isReplayHalted, whyReplayHalted } from './replay-halted.ts';

const died = `2026-11-28 14:00:00 UTC [20] FATAL:  directory "/var/lib/postgresql/ts" does not exist
2026-11-28 14:00:00 UTC [20] HINT:  Create this directory for the tablespace before restarting the server.
2026-11-28 14:00:00 UTC [20] CONTEXT:  WAL redo at 0/3000098 for Tablespace/CREATE: 16400 "/var/lib/postgresql/ts"
2026-11-28 14:00:00 UTC [1] LOG:  startup process (PID 20) exited with exit code 1`;

// Both replicas died in replay and were started again for ever; "stopped" was all that status said.
test('a replica without the directory of a tablespace is explained, with the way out', () => {
  expect(whyReplayHalted(died, 'shop', 'postgres-2')).toMatch(/at \/var\/lib\/postgresql\/ts,.*reinit shop postgres-2/);
  expect(isReplayHalted(whyReplayHalted(died, 'shop', 'postgres-2'))).toBe(true);
});

test('another death is none of this', () => {
  expect(whyReplayHalted('FATAL:  could not open directory "pg_wal": No such file', 'shop', 'postgres-2')).toBeNull();
  expect(whyReplayHalted('', 'shop', 'postgres-2')).toBeNull();
});
