import { expect, it } from 'vitest';
import type { InstructionSeen } from '../../../../sandbox/local/partner.ts';
import type { Stage } from '../../../../sandbox/local/scenarios/scenario.ts';
import { standing } from '../../../../sandbox/local/scenarios/standing.ts';

const seen = (id: string, state: string, createdAt = '2026-01-07T10:00:00.000Z') => ({
  id,
  state,
  createdAt,
  reference: 'every-minute',
  history: [{ sequence: 0, state }],
});

function stageWith(instructions: unknown[]): Stage {
  const partner = {
    send: async () => ({ status: 200, body: { instructions } }),
    until: async (_what: string, look: () => Promise<unknown>) => await look(),
    watch: async (asked: InstructionSeen) => asked,
    wasTold: () => true,
  };
  return { partner, say: () => {} } as unknown as Stage;
}

it('passes by a due time that came while the one before was open, and was skipped', async () => {
  const stage = stageWith([seen('skipped', 'cancelled'), seen('first', 'completed')]);
  expect(await standing.play(stage)).toMatchObject({ ok: true, state: 'completed', instructionId: 'first' });
});

it('has begun with one that was made since it was looked for', async () => {
  const later = new Date(Date.now() + 60_000).toISOString();
  const [before, skipped] = [seen('before', 'completed'), seen('skipped', 'cancelled', later)];
  expect(await standing.begun?.(stageWith([skipped, before]))).toBeUndefined();
  const since = seen('since', 'accepted', later);
  expect(await standing.begun?.(stageWith([skipped, since, before]))).toEqual(since);
});
