import { AsyncLocalStorage } from 'node:async_hooks';
import { MetricBuffer } from './metrics.ts';

/** What is known of the invocation that code runs in. */
interface Invocation {
  readonly facts: Record<string, unknown>;
  readonly metrics: MetricBuffer;
}

const current = new AsyncLocalStorage<Invocation>();

/** The facts every log line of this invocation carries: `requestId`, `function`, `clientId`, `instructionId`. */
export function currentFacts(): Readonly<Record<string, unknown>> {
  return current.getStore()?.facts ?? {};
}

/** The metrics of this invocation, or `undefined` outside of one. */
export function currentMetrics(): MetricBuffer | undefined {
  return current.getStore()?.metrics;
}

/** Adds facts to the invocation this runs in, for all lines that follow. Nothing happens outside of one. */
export function addFacts(facts: Readonly<Record<string, unknown>>): void {
  const invocation = current.getStore();
  if (invocation) Object.assign(invocation.facts, facts);
}

/** Runs a body as part of the current invocation with facts of its own, as for one message of a batch. */
export function withFacts<T>(facts: Readonly<Record<string, unknown>>, body: () => T): T {
  const outer = current.getStore();
  return current.run({ facts: { ...outer?.facts, ...facts }, metrics: outer?.metrics ?? new MetricBuffer() }, body);
}

/**
 * Runs a body as an invocation: what it logs carries the facts, what it measures is written once, by `flush`, at its end
 * and also when it throws.
 */
export async function asInvocation<T>(
  facts: Readonly<Record<string, unknown>>,
  flush: (metrics: MetricBuffer, facts: Readonly<Record<string, unknown>>) => void,
  body: () => Promise<T>,
): Promise<T> {
  const invocation: Invocation = { facts: { ...facts }, metrics: new MetricBuffer() };
  try {
    return await current.run(invocation, body);
  } finally {
    flush(invocation.metrics, invocation.facts);
  }
}
