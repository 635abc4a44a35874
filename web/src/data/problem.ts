import type { ProblemDocument } from './types.ts';

/** Why a request did not succeed, in the API's own words where it gave any. `unreachable`: nothing answered. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemDocument['code'] | 'unreachable';
  /** HTTP status; 0 where nothing answered. */
  readonly status: number;
  readonly problems: ProblemDocument['problems'];
  readonly requestId: string | null;

  constructor(document: Partial<ProblemDocument> & { readonly detail: string }, requestId: string | null = null) {
    super(document.detail);
    this.code = document.code ?? 'internal';
    this.status = document.status ?? 500;
    this.problems = document.problems ?? [];
    this.requestId = requestId;
  }
}

export class Unreachable extends Problem {
  constructor() {
    super({ detail: 'The API does not answer. Start the control plane: ./pgrow up', status: 0 });
    Object.assign(this, { code: 'unreachable' });
  }
}

export const isProblem = (error: unknown): error is Problem => error instanceof Problem;

/** Of an answer that is not a success. */
export const problemOf = async (response: Response, request: string): Promise<Problem> => {
  const requestId = response.headers.get('x-request-id');
  const document = (await response.json().catch(() => ({}))) as Partial<ProblemDocument>;
  const detail = document.detail ?? document.title ?? `${request} was answered with ${response.status}.`;
  return new Problem({ ...document, detail, status: response.status }, requestId);
};
