import type { Query } from '@tanstack/react-query';

/** What a user has revealed is not asked for again by itself: each time it is shown is in the audit. */
export const isKept = ({ meta }: Pick<Query, 'meta'>): boolean => meta?.['isRevealed'] !== true;
