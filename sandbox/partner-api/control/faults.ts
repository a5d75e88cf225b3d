import { invalidField, missingField, notFound } from '../errors.ts';
import { type FaultEffect, type FaultRule, faultKinds, pathPattern } from '../faults.ts';
import { member, optionalCount, optionalText, requiredText } from '../fields.ts';
import type { JsonObject } from '../json.ts';
import { type Answer, answer } from '../operation.ts';
import type { ChainFault } from '../world.ts';
import { type ControlContext, type ControlOperation, lasting, passing } from './operation.ts';

/** Answers may be held back for at most ten minutes. */
const longestLatencyMs = 600_000;

function shareOf(body: JsonObject): number {
  const share = member(body, 'share') ?? 1;
  if (typeof share !== 'number' || !(share > 0 && share <= 1)) throw invalidField('share');
  return share;
}

function effectOf(body: JsonObject): FaultEffect {
  const kind = requiredText(body, 'kind');
  if (!(faultKinds as readonly string[]).includes(kind)) throw invalidField('kind');
  if (kind === 'latency') {
    const latencyMs = optionalCount(body, 'latencyMs', 1);
    if (latencyMs === undefined) throw missingField('latencyMs');
    if (latencyMs > longestLatencyMs) throw invalidField('latencyMs');
    return { kind, latencyMs };
  }
  if (kind === 'status') {
    const status = optionalCount(body, 'status', 400);
    if (status === undefined) throw missingField('status');
    if (status > 599) throw invalidField('status');
    return { kind, status, retryAfterSeconds: optionalCount(body, 'retryAfterSeconds') };
  }
  return { kind: kind as 'dropBefore' | 'dropAfter' | 'cutBody' };
}

function ruleBody(rule: FaultRule): object {
  const remaining = Number.isFinite(rule.remaining) ? rule.remaining : null;
  const { id, effect, operation, method, path, share, hits } = rule;
  return { id, ...effect, operation, method, path: path?.source, share, remaining, hits };
}

function plant({ sandbox, body }: ControlContext): Answer {
  if (body['kind'] === 'chainRejected') {
    // Only what was checked is sent on: not everything that comes in as JSON can go out as JSON.
    const { remaining: count, ...rest } = chainFaultOf(body);
    const request = { method: 'POST', target: '/chain-faults', body: JSON.stringify({ count, ...rest }) };
    const { status, body: text } = sandbox.control(request);
    return answer(JSON.parse(text), status);
  }
  const effect = effectOf(body);
  const path = optionalText(body, 'path');
  const rule = sandbox.faults.plant({
    effect,
    operation: optionalText(body, 'operation') || undefined,
    method: optionalText(body, 'method').toUpperCase() || undefined,
    path: path === '' ? undefined : pathPattern(path),
    share: shareOf(body),
    remaining: optionalCount(body, 'count', 1) ?? Number.POSITIVE_INFINITY,
  });
  return answer(ruleBody(rule));
}

function remove({ sandbox, params }: ControlContext) {
  if (sandbox.faults.clear(params['fault_id'] as string) === 0) throw notFound('fault');
  return answer({ removed: 1 });
}

function chainFaultOf(body: JsonObject): ChainFault {
  return {
    remaining: optionalCount(body, 'count', 1) ?? 1,
    share: shareOf(body),
    walletId: optionalText(body, 'walletId') || undefined,
  };
}

/** A refusal by the chain is part of the world: it survives a restart, and draws from the stream of ids. */
function plantChainFault({ world, body }: ControlContext) {
  const fault = chainFaultOf(body);
  world.chainFaults.push(fault);
  return answer(fault);
}

/** Planted faults. Those of the transport are gone after a restart. */
export const faultControls: readonly ControlOperation[] = [
  passing('POST', '/faults', plant),
  passing('GET', '/faults', ({ sandbox }) => answer({ faults: sandbox.faults.list().map(ruleBody) })),
  passing('DELETE', '/faults', ({ sandbox }) => answer({ removed: sandbox.faults.clear() })),
  passing('DELETE', '/faults/{fault_id}', remove),
  lasting('POST', '/chain-faults', plantChainFault),
];
