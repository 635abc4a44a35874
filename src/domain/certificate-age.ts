/** Of certificates that nodes show: when they have to be renewed. */

const dayMs = 24 * 3_600_000;

/** Days that a node's certificate is valid for. */
export const certificateDays = 90;

/** Days before its end at which a certificate is renewed: a third of its life is left for what may stand in the way. */
export const renewedDaysBefore = 30;

/** Whether one that ends then is to be renewed by now. */
export const isDue = (expiresAt: Date, now: number): boolean => expiresAt.getTime() - now < renewedDaysBefore * dayMs;
