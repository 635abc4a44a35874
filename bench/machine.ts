import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Bench } from './bench.ts';

/** Where the figures come from. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memory_gb: number;
  readonly kernel: string;
  readonly node: string;
  readonly postgres: string;
  readonly images: Readonly<Record<string, string>>;
  readonly load_at_end: readonly number[];
  readonly at: string;
}

export const readMachine = async ({ metadata, settings }: Bench): Promise<Machine> => {
  const { rows } = await metadata.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memory_gb: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    kernel: `${type()} ${release()} ${arch()}`,
    node: process.version,
    postgres: rows[0]?.version ?? 'unknown',
    images: settings.images,
    load_at_end: loadavg().map((value) => Math.round(value * 100) / 100),
    at: new Date().toISOString(),
  };
};
