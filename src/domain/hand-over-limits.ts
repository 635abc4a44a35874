/** Milliseconds that the parts of a hand-over may take while clients wait. Clients never wait longer, whatever hangs. */

/**
 * The longest that a client ever waits in a hand-over. Kept by a timer inside each pooler, which resumes it whatever has
 * become of the worker; all the other limits are there so that the old primary serves again before that.
 */
export const clientsWaitAtMostMs = 10_000;

/** Shorter than the pooler's, so that resumed clients find a route: the router falls back to its own checks. */
export const routersHoldAtMostMs = 8000;

/**
 * Since clients were asked to wait: the old primary has stopped and the successor has all of it, or the hand-over is
 * called off. What is left until `routersHoldAtMostMs` is for the old primary to start again.
 */
export const decideWithinMs = 5500;

/** If less time than this is left, the stop is not started, because it would have to be forced. */
export const stopAtLeastMs = 1000;

/** For open transactions to end, before the hand-over is called off. */
export const pauseWithinMs = 3000;

/** For the successor to replay what the old primary has written, before clients wait. */
export const proofWithinMs = 3000;

/** For a router to lead to the new primary before clients continue without it. */
export const routeWithinMs = 3000;

/** For one answer of a node while clients wait. A slower node is left aside where possible. */
export const answerWithinMs = 1000;
