import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { z } from 'zod';

const report = z.object({
  packets: z.number(),
  bytes: z.number(),
  /** By the kernel, before they could be read. */
  dropped: z.number(),
  found: z.array(z.object({ mark: z.number(), from: z.string(), to: z.string() })),
});

/** What a network carried. */
export interface Capture {
  readonly packets: number;
  /** Of TCP payload. */
  readonly bytes: number;
  readonly dropped: number;
  /** Which of the marks were readable, by their names, and between which addresses. */
  readonly found: readonly string[];
}

const reader = fileURLToPath(new URL('capture.py', import.meta.url));

/**
 * Reads every packet of a Docker network while `scenario` runs. `marks`: texts to look for, by name. They go to the reader
 * by its input, so passwords may be among them. Needs the right to open packet sockets.
 */
export const withCapture = async (
  network: string,
  marks: Readonly<Record<string, string>>,
  scenario: () => Promise<void>,
): Promise<Capture> => {
  const child = spawn('python3', [reader, await bridgeOf(network)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = text(child.stdout);
  child.stdin.write([...Object.values(marks), 'end of marks', ''].join('\n'));
  try {
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(beginWithinMs) });
    await scenario();
  } finally {
    child.stdin.end();
  }
  const [, document = ''] = (await said).split('\n');
  const { found, ...rest } = report.parse(JSON.parse(document));
  const names = Object.keys(marks);
  return { ...rest, found: found.map(({ mark, from, to }) => `${names[mark]}: ${from} to ${to}`) };
};

const beginWithinMs = 10_000;

/** The interface of its bridge on this host. */
const bridgeOf = async (network: string): Promise<string> => {
  const { Id, Options } = (await new Docker().getNetwork(network).inspect()) as {
    readonly Id: string;
    readonly Options?: Readonly<Record<string, string>> | null;
  };
  return Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
};
