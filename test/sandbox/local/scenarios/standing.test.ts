import { expect, it } from 'vitest';
import type { InstructionSeen } from '../../../../sandbox/local/partner.ts';
import type { Stage } from '../../../../sandbox/local/scenarios/scenario.ts';
import { standing } from '../../../../sandbox/local/scenarios/standing.ts';

const seen = (id: string, state: string) => ({
  id,
  state,
  reference: 'every-minute',
  history: [{ sequence: 0, state }],
});

it('passes by a due time that came while the one before was open, and was skipped', async () => {
  const instructions = [seen('skipped', 'cancelled'), seen('first', 'completed')];
  const partner = {
    send: async () => ({ status: 200, body: { instructions } }),
    until: async (_what: string, look: () => Promise<unknown>) => await look(),
    watch: async (asked: InstructionSeen) => asked,
    wasTold: () => true,
  };
  const stage = { partner, say: () => {} } as unknown as Stage;
  expect(await standing.play(stage)).toMatchObject({ ok: true, state: 'completed', instructionId: 'first' });
});
