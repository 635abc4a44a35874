import { metricMeter, workflowInfo } from '@temporalio/workflow';
import { operationTypeOf, type OperationWorkflow } from '../domain/inputs.ts';
import { controlPlaneMetrics } from '../domain/metrics.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { documentOf } from './failures.ts';

/**
 * Measurements of operations. They go to the worker's metrics, which count nothing a second time when a workflow is replayed,
 * and leave no trace in a history.
 */

const { operations, operationDuration, stepDuration, writeStall } = controlPlaneMetrics;

/** Passes the end of an operation on, and counts it. An operation that was refused has no document. */
export const measured = async (
  workflow: OperationWorkflow,
  performing: Promise<OperationDocument>,
): Promise<OperationDocument> => {
  try {
    const document = await performing;
    count(workflow, document.status, document);
    return document;
  } catch (error) {
    const document = documentOf(error);
    count(workflow, document?.status ?? 'refused', document);
    throw error;
  }
};

const count = (workflow: OperationWorkflow, end: string, document: OperationDocument | null): void => {
  const labels = { operation: operationTypeOf[workflow], end };
  metricMeter.createCounter(operations.name, undefined, operations.help).add(1, labels);
  if (document === null) return;
  inSeconds(operationDuration).record((Date.now() - workflowInfo().startTime.getTime()) / 1000, labels);
  if (document.stall_ms !== null) inSeconds(writeStall).record(document.stall_ms / 1000, labels);
};

/** Counts one attempt at a step that began at `startedAt`, in milliseconds since 1970. */
export const recordStep = (action: string, end: 'done' | 'failed' | 'cancelled', startedAt: number): void =>
  inSeconds(stepDuration).record((Date.now() - startedAt) / 1000, { action, end });

const inSeconds = ({ name, help }: { readonly name: string; readonly help: string }) =>
  metricMeter.createHistogram(name, 'float', 'seconds', help);
