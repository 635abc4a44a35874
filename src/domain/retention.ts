import { z } from 'zod';

/** Days; null keeps them forever. */
const days = z.number().int().min(1).max(36_500).nullable();

const limits = {
  /** Operations with their steps, and rollback windows that have closed. */
  operations_days: days,
  events_days: days,
  audit_days: days,
  /** Notices with their deliveries. */
  notices_days: days,
};

/** For how long the metadata keep what is over. */
export type Retention = z.infer<z.ZodObject<typeof limits>>;

/** An auditor asks for the year before the last one; an engineer for the last one. */
export const usualRetention: Retention = { operations_days: 400, events_days: 400, audit_days: 1100, notices_days: 90 };

/** What a retention file says; what it leaves out is kept as long as usual. */
export const retentionFile = z
  .strictObject(limits)
  .partial()
  .transform((given) => ({ ...usualRetention, ...given }) as Retention);
