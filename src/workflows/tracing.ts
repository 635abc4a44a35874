// What OpenTelemetry expects around it; it has to be there first.
// oxlint-disable-next-line import/no-unassigned-import
import '@temporalio/interceptors-opentelemetry/lib/workflow/runtime.js';
import { context, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  extractContextFromHeaders,
  headersWithContext,
} from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import { ContextManager } from '@temporalio/interceptors-opentelemetry/lib/workflow/context-manager.js';
import { SpanExporter } from '@temporalio/interceptors-opentelemetry/lib/workflow/span-exporter.js';
import { getRandomStream, workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';

/**
 * Spans of workflows, for bundles of workers that send traces. An operation that began without traces is replayed with them
 * when they are turned on, and the other way round. Therefore they must change nothing that a workflow can notice. The
 * interceptors of Temporal's package do: they take span IDs from the workflow's random numbers, and their promises settle
 * later than those that they wrap, so that an activity and a timer change places.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const random = getRandomStream('pgrow/tracing');
  const hex = (digits: number): string => random.uuid4().replaceAll('-', '').slice(0, digits);
  const contexts = new ContextManager();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(new SpanExporter())],
    idGenerator: { generateTraceId: () => hex(32), generateSpanId: () => hex(16) },
  });
  provider.register({ contextManager: contexts });
  const tracer = provider.getTracer('pgrow/workflows');

  /** Returns the action's own promise. */
  const within = <T>(name: string, parent: Context, action: () => Promise<T>): Promise<T> => {
    const span = tracer.startSpan(name, {}, parent);
    const running = context.with(trace.setSpan(parent, span), action);
    running.then(
      () => {
        span.setStatus({ code: SpanStatusCode.OK });
        span.end();
      },
      (error: unknown) => endFailed(span, error),
    );
    return running;
  };
  const called = (headers: Parameters<typeof extractContextFromHeaders>[0]): Context =>
    extractContextFromHeaders(headers) ?? context.active();

  return {
    inbound: [
      {
        execute: (input, next) =>
          within(`RunWorkflow:${workflowInfo().workflowType}`, called(input.headers), () => next(input)),
        handleSignal: (input, next) =>
          within(`HandleSignal:${input.signalName}`, called(input.headers), () => next(input)),
        handleUpdate: (input, next) => within(`HandleUpdate:${input.name}`, called(input.headers), () => next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          within(`StartActivity:${input.activityType}`, context.active(), () =>
            next({ ...input, headers: headersWithContext(input.headers) }),
          ),
        startChildWorkflowExecution: (input, next) =>
          within(`StartChildWorkflow:${input.workflowType}`, context.active(), () =>
            next({ ...input, headers: headersWithContext(input.headers) }),
          ),
        signalWorkflow: (input, next) =>
          within(`SignalWorkflow:${input.signalName}`, context.active(), () =>
            next({ ...input, headers: headersWithContext(input.headers) }),
          ),
      },
    ],
    internals: [
      {
        dispose(input, next) {
          contexts.disable();
          return next(input);
        },
      },
    ],
  };
};

const endFailed = (span: Span, error: unknown): void => {
  const failure = error instanceof Error ? error : new Error(String(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
  span.recordException(failure);
  span.end();
};
