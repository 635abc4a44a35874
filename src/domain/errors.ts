/** The catalogue: every error a user or operator can see, with its HTTP status and whether a retry can help. */
export const errorCatalogue = {
  invalid_input: { status: 422, retryable: false, title: 'Invalid input' },
  malformed_request: { status: 400, retryable: false, title: 'Request cannot be read' },
  unauthorized: { status: 401, retryable: false, title: 'No valid token or session' },
  forbidden: { status: 403, retryable: false, title: 'Not allowed' },
  method_not_allowed: { status: 405, retryable: false, title: 'Not with this method' },
  not_found: { status: 404, retryable: false, title: 'Not found' },
  operation_running: { status: 409, retryable: false, title: 'Another operation is running' },
  name_taken: { status: 409, retryable: false, title: 'Name is taken' },
  refused: { status: 409, retryable: false, title: 'Refused in the present state' },
  already_ended: { status: 409, retryable: false, title: 'Operation has ended already' },
  port_taken: { status: 409, retryable: false, title: 'Port is taken' },
  subnet_taken: { status: 409, retryable: false, title: 'Subnet is taken' },
  plan_changed: { status: 412, retryable: false, title: 'The plan has changed' },
  too_many: { status: 429, retryable: false, title: 'Too many at once' },
  unsupported_media_type: { status: 415, retryable: false, title: 'Not in this format' },
  wrong_host: { status: 421, retryable: false, title: 'Not the host that was asked for' },
  no_disk_space: { status: 409, retryable: false, title: 'Not enough disk space' },
  image_missing: { status: 409, retryable: false, title: 'Image is missing' },
  docker_unavailable: { status: 503, retryable: true, title: 'Docker does not answer' },
  temporal_unavailable: { status: 503, retryable: true, title: 'Temporal does not answer' },
  metadata_unavailable: { status: 503, retryable: true, title: 'Metadata database does not answer' },
  worker_unavailable: { status: 503, retryable: true, title: 'No worker answers' },
  held: { status: 503, retryable: true, title: 'Record comes from a backup and is held' },
  no_answer: { status: 503, retryable: true, title: 'Node does not answer' },
  node_failed: { status: 500, retryable: true, title: 'Node failed' },
  not_ready: { status: 500, retryable: true, title: 'Not ready in time' },
  verification_failed: { status: 500, retryable: true, title: 'Verification failed' },
  handed_back: { status: 500, retryable: false, title: 'Cut-over called off, the old primary serves again' },
  called_off: {
    status: 500,
    retryable: false,
    title: 'Cut-over called off, the old primary took too long to stop and serves again',
  },
  needs_operator: { status: 500, retryable: false, title: 'An operator is needed' },
  internal: { status: 500, retryable: true, title: 'Internal error' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong with the input: where, the value given, what is allowed. */
export interface Problem {
  readonly path: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** The only error that users see. `message` names subject, fact and next action. */
export class PgrowError extends Error {
  override readonly name = 'PgrowError';
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: { problems?: readonly Problem[]; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.problems = details.problems ?? [];
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }
}

/** Why a workflow that was reset does nothing. */
export const endedAlready = (operation: string, status: string): string =>
  `Operation ${operation} has ended as ${status}. Its workflow was reset and must not repeat or undo anything. ` +
  'Start a new operation instead.';

/** A node that does not answer, or not as it should by now. */
export const isSilence = (error: unknown): error is PgrowError =>
  error instanceof PgrowError && (error.code === 'no_answer' || error.code === 'not_ready');

/** What went wrong in words, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** For text that continues after it. */
export const withoutStop = (text: string): string => text.replace(/\.$/, '');
