import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry';
import type { WorkflowInterceptor } from '../client/client.ts';

/** What a program needs to take part in traces: from the request at the API through the workflow to each of its actions. */
export interface Tracing {
  /** For Temporal's client. */
  readonly client: readonly WorkflowInterceptor[];
  /** For workers. */
  readonly activities: readonly ActivityInterceptorsFactory[];
  /** For workers that run workflows, whose bundle must be a traced one. */
  readonly sinks: InjectedSinks<OpenTelemetrySinks>;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

interface OpenTracing {
  /** Name of the program. */
  readonly program: string;
  /** Base URL that takes OTLP over HTTP, and `name=value` pairs of headers for it; null for none. */
  readonly collector: { readonly endpoint: string; readonly headers: string } | null;
}

/** Milliseconds in which a collector has to answer; spans that it does not take are lost, nothing else is. */
const exportTimeoutMs = 5000;

/**
 * Null without a collector: OpenTelemetry is not even loaded then. Spans name workflows, actions and errors, never their
 * inputs.
 */
export const openTracing = async ({ program, collector }: OpenTracing): Promise<Tracing | null> => {
  if (collector === null) return null;
  const [{ OTLPTraceExporter }, { baggageUtils }, { Resource }, { BatchSpanProcessor, NodeTracerProvider }, temporal] =
    await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/core'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-node'),
      import('@temporalio/interceptors-opentelemetry'),
    ]);
  const resource = new Resource({ 'service.name': 'pgrow', 'service.component': program });
  const exporter = new OTLPTraceExporter({
    url: new URL('v1/traces', `${collector.endpoint.replace(/\/$/, '')}/`).href,
    headers: baggageUtils.parseKeyPairsIntoRecord(collector.headers),
    timeoutMillis: exportTimeoutMs,
  });
  const processor = new BatchSpanProcessor(exporter);
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  // Contexts, and the headers in which Temporal carries them.
  provider.register();
  return {
    client: [new temporal.OpenTelemetryWorkflowClientInterceptor()],
    activities: [
      (context) => ({
        inbound: new temporal.OpenTelemetryActivityInboundInterceptor(context),
        outbound: new temporal.OpenTelemetryActivityOutboundInterceptor(context),
      }),
    ],
    sinks: { exporter: withIdsOnly(temporal.makeWorkflowExporter(processor, resource)) },
    close: () => provider.shutdown(),
  };
};

type WorkflowExporter = InjectedSinks<OpenTelemetrySinks>['exporter'];

/** Otherwise each span of a workflow would hold all that is known of it: five kilobytes, memo and search attributes among them. */
const withIdsOnly = ({ export: { fn, ...options } }: WorkflowExporter): WorkflowExporter => ({
  export: {
    ...options,
    fn: ({ workflowId, runId, workflowType }, spans) =>
      fn({ workflowId, runId, workflowType } as Parameters<typeof fn>[0], spans),
  },
});
