import type { Verification, VerifySnapshot } from '../domain/snapshot.ts';
import { readThrough } from './activities.ts';

/** Verifies a snapshot by reading it. It changes nothing, so it may run beside any operation. */
export const verifySnapshot = (input: VerifySnapshot): Promise<Verification> => readThrough(input);
