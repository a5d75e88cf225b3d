import type { Instruction } from './record.ts';

/** An instruction as our HTTP API shows it. Amounts are decimal text in base units, moments ISO 8601. */
export interface InstructionView {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly companyId?: string;
  readonly fundId?: string;
  readonly coreClientId?: string;
  readonly walletId: string;
  readonly asset: string;
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly txId?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly cancelAskedAt?: string;
  readonly attempts: number;
  readonly history: readonly {
    sequence: number;
    state: string;
    at: string;
    reason?: string;
    status?: string;
    txId?: string;
  }[];
  readonly [requestMember: string]: unknown;
}

/** What the client asked for, where it stands, and how it came there. */
export function viewOf(instruction: Instruction): InstructionView {
  const { id, kind, state, place, request, expiresAtSeconds, createdAtMs, updatedAtMs, txId, status, reason } =
    instruction;
  return {
    id,
    kind,
    state,
    ...place,
    ...request,
    ...(expiresAtSeconds === undefined ? {} : { expiresAt: iso(expiresAtSeconds * 1000) }),
    createdAt: iso(createdAtMs),
    updatedAt: iso(updatedAtMs),
    ...(txId === undefined ? {} : { txId }),
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
    ...(instruction.cancelAskedAtMs === undefined ? {} : { cancelAskedAt: iso(instruction.cancelAskedAtMs) }),
    attempts: instruction.attempts.count,
    history: instruction.history.map(({ atMs, ...entry }, sequence) => ({ sequence, ...entry, at: iso(atMs) })),
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
