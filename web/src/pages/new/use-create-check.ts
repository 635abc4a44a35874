import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { request } from '../../data/api.ts';
import { changeKinds } from '../../data/changes.ts';
import { isProblem } from '../../data/problem.ts';
import type { Plan } from '../../data/types.ts';

/** Milliseconds after the last keystroke. */
const settleMs = 300;

/** The value as it was once nothing has changed for a moment. */
const useSettled = <T>(value: T, isSame: (a: T, b: T) => boolean): T => {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (isSame(value, settled)) return undefined;
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value, settled, isSame]);
  return settled;
};

interface Asked {
  readonly project: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const isSame = (a: Asked, b: Asked): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What the API says of the database that would be made: its rules are the only ones. Nothing is touched. */
export const useCreateCheck = (asked: Asked) => {
  const settled = useSettled(asked, isSame);
  const { data, error, isFetching } = useQuery({
    queryKey: ['create', settled.project, settled.body],
    queryFn: async ({ signal }) => {
      const url = changeKinds.create.url(settled.project);
      return (await request<{ operation: Plan }>('POST', url, settled.body, { dryRun: true, signal })).operation;
    },
    enabled: typeof settled.body['name'] === 'string',
    staleTime: 0,
    gcTime: 0,
  });
  const problems = isProblem(error) ? error.problems : [];
  const errorOf = (path: string): string | null => {
    const problem = problems.find((each) => each.path === path);
    return problem ? `is ${JSON.stringify(problem.value)}, allowed: ${problem.allowed}` : null;
  };
  return {
    plan: data ?? null,
    /** Of a field; null where nothing is wrong with it. */
    errorOf,
    /** What is wrong with none of the fields. */
    otherError: error && problems.length === 0 ? error : null,
    isSettled: isSame(asked, settled) && !isFetching,
  };
};
