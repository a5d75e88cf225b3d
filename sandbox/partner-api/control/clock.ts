import type { ClockChange } from '../clock.ts';
import { invalidField } from '../errors.ts';
import { asInteger, member, optionalFlag } from '../fields.ts';
import type { JsonObject } from '../json.ts';
import { answer } from '../operation.ts';
import type { Sandbox } from '../sandbox.ts';
import { type ControlContext, type ControlOperation, passing } from './operation.ts';

/** Nobody needs a sandbox further away than this: 200 years. */
const farthestMs = 200n * 365n * 86_400_000n;

function clockBody(sandbox: Sandbox): object {
  const { offsetMs, frozenAtMs } = sandbox.clock.state();
  const nowMs = sandbox.clock.nowMs();
  return { nowMs, nowSeconds: Math.floor(nowMs / 1000), offsetMs, frozen: frozenAtMs !== undefined };
}

function milliseconds(body: JsonObject, name: string): number | undefined {
  const value = member(body, name);
  if (value === undefined) return undefined;
  const count = asInteger(value);
  if (count === undefined || count > farthestMs || count < -farthestMs) throw invalidField(name);
  return Number(count);
}

function changeClock({ sandbox, body }: ControlContext) {
  const change: ClockChange = {};
  for (const name of ['offsetMs', 'advanceMs', 'nowMs'] as const) {
    const value = milliseconds(body, name);
    if (value !== undefined) change[name] = value;
  }
  if (member(body, 'frozen') !== undefined) change.frozen = optionalFlag(body, 'frozen');
  sandbox.changeClock(change);
  return answer(clockBody(sandbox));
}

/** The clock: read it; `{offsetMs | nowMs, advanceMs, frozen}` moves or freezes it. What that makes due happens. */
export const clockControls: readonly ControlOperation[] = [
  passing('GET', '/clock', ({ sandbox }) => answer(clockBody(sandbox))),
  passing('POST', '/clock', changeClock),
];
