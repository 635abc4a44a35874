import type { PlatformCalls } from '../platform.ts';

export type PlatformCall = keyof PlatformCalls;

export interface FakeCall {
  readonly method: PlatformCall;
  /** Of the container, volume, network or image; empty where the call has none. */
  readonly name: string;
}

export interface Recorder {
  readonly calls: FakeCall[];
  readonly failNext: (method: PlatformCall, error: Error, times?: number) => void;
  /** The same calls, each written down and failed where a test wants it. */
  record(calls: PlatformCalls): PlatformCalls;
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

export const createRecorder = (): Recorder => {
  const calls: FakeCall[] = [];
  const failures: { readonly method: PlatformCall; readonly error: Error }[] = [];

  const recorded =
    (method: PlatformCall, call: Call): Call =>
    async (...args) => {
      calls.push({ method, name: nameIn(args[0]) });
      const index = failures.findIndex((failure) => failure.method === method);
      if (index >= 0) throw failures.splice(index, 1)[0]?.error;
      return call(...args);
    };

  return {
    calls,
    failNext: (method, error, times = 1) => {
      for (let time = 0; time < times; time += 1) failures.push({ method, error });
    },
    record: (platform) =>
      Object.fromEntries(
        Object.entries(platform).map(([method, call]) => [method, recorded(method as PlatformCall, call as Call)]),
      ) as unknown as PlatformCalls,
  };
};

const nameIn = (first: unknown): string => {
  if (typeof first === 'string') return first;
  return typeof first === 'object' && first !== null && 'name' in first ? String(first.name) : '';
};
