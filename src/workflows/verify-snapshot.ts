import type { Verification, VerifySnapshot } from '../domain/snapshot.ts';
import { readThrough } from './activities.ts';

/** Reads a snapshot through. It changes nothing, so it runs beside any operation. */
export const verifySnapshot = (input: VerifySnapshot): Promise<Verification> => readThrough(input);
