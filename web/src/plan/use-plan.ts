import { keepPreviousData, useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { request } from '../data/api.ts';
import { changeKinds, type Change } from '../data/changes.ts';
import { keys } from '../data/keys.ts';
import { isProblem } from '../data/problem.ts';
import type { Accepted, Plan } from '../data/types.ts';
import { asksToConfirm } from './plan-text.ts';

/** Which change of what. */
export interface Subject {
  readonly project: string;
  /** Null of a database that is still to be made. */
  readonly name: string | null;
  readonly change: Change;
}

const planKey = ({ project, name, change: { kind, body } }: Subject) =>
  keys.of(project, name ?? '', 'plan', kind, body);

const urlOf = ({ project, name, change: { kind } }: Subject): string => changeKinds[kind].url(project, name ?? '');

const bodyOf = ({ kind, body }: Change, more: Change['body'] = {}): Change['body'] | undefined =>
  changeKinds[kind].method === 'DELETE' ? undefined : { ...body, ...more };

/**
 * The plan as a dry run answers it: nothing is touched. Asked again when the stage or the operation of the database changes. While
 * another one is made the last is still there (`isPlaceholderData`).
 */
export const usePlan = (subject: Subject, isWanted = true): UseQueryResult<Plan> => {
  const { method } = changeKinds[subject.change.kind];
  return useQuery({
    queryKey: planKey(subject),
    queryFn: async ({ signal }) => {
      const url = urlOf(subject);
      const withChecks = `${url}${url.includes('?') ? '&' : '?'}preflight=true`;
      const options = { dryRun: true, signal };
      return (await request<{ operation: Plan }>(method, withChecks, bodyOf(subject.change), options)).operation;
    },
    enabled: isWanted,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    refetchOnReconnect: false,
  });
};

/** The plan that is shown, and the one that it has replaced while somebody read it; null for none. */
export const useReplaced = (subject: Subject, plan: Plan | undefined): Plan | null => {
  const of = JSON.stringify(planKey(subject));
  const [shown, setShown] = useState<{ of: string; plan: Plan | undefined; replaced: Plan | null }>({
    of,
    plan,
    replaced: null,
  });
  if (shown.of !== of) setShown({ of, plan, replaced: null });
  else if (plan && plan.digest !== shown.plan?.digest)
    setShown({ of, plan, replaced: shown.plan && shown.plan.digest !== plan.digest ? shown.plan : shown.replaced });
  return shown.of === of ? shown.replaced : null;
};

interface Start {
  /** `more`: what else the request says, such as that the cut-over waits. */
  readonly start: (plan: Plan, more?: Change['body']) => void;
  readonly isStarting: boolean;
  readonly error: unknown;
}

/** Starts the plan that is shown, and no other. However often it is pressed, one operation begins. */
export const useStart = (subject: Subject, onStarted: (accepted: Accepted, plan: Plan) => void): Start => {
  const cache = useQueryClient();
  const [keyOf] = useState(createKeys);
  const isSent = useRef(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ plan, more }: { readonly plan: Plan; readonly more: Change['body'] }) => {
      const confirm = asksToConfirm(plan) ? { confirm: true } : {};
      const body = bodyOf(subject.change, { ...more, ...confirm });
      const { method } = changeKinds[subject.change.kind];
      const options = { idempotencyKey: keyOf(body), planDigest: plan.digest };
      return request<Accepted>(method, urlOf(subject), body, options);
    },
    onSuccess: (accepted, { plan }) => onStarted(accepted, plan),
    onError: async (failure) => {
      // What stands in its way may be another plan by now.
      if (isProblem(failure) && failure.status > 0) await cache.invalidateQueries({ queryKey: planKey(subject) });
    },
    onSettled: (_, failure) => {
      if (failure) isSent.current = false;
    },
  });
  const start = (plan: Plan, more: Change['body'] = {}): void => {
    if (isSent.current) return;
    isSent.current = true;
    mutate({ plan, more });
  };
  return { start, isStarting: isPending, error };
};

/** A key belongs to one request: the same body of the same sheet always has the same. */
const createKeys = (): ((body: unknown) => string) => {
  const known = new Map<string, string>();
  return (body) => {
    const text = JSON.stringify(body) ?? '';
    const key = known.get(text) ?? `web-${randomText()}`;
    known.set(text, key);
    return key;
  };
};

/** `crypto.randomUUID` is not there without a secure context. */
const randomText = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
