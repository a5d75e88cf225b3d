import { assembleConfig } from '../../../lib/platform/config/assemble.ts';
import type { Config } from '../../../lib/platform/config/concerns.ts';
import type { InstructionSeen } from '../partner.ts';
import { demoClient } from '../system.ts';
import { endingOf, type Scenario, type Stage } from './scenario.ts';

const everyMinute = 'every-minute';

/** The standing instruction that this scenario adds to the configuration: the sample transfer's wallets, every minute. */
export function recurringTransfer(): Config['standing'][number] {
  const [from, to] = sampleWallets();
  return {
    name: everyMinute,
    client: demoClient,
    kind: 'transfer',
    body: { ...from, counterpartyWalletId: to, amount: '1000', reference: everyMinute },
    schedule: 'cron(* * * * ? *)',
    timeZone: 'UTC',
    lifetimeSeconds: 3600,
  };
}

/** The operating and the trading wallet, as the seeded sandbox always makes them. */
function sampleWallets(): [{ companyId: string; walletId: string }, string] {
  const client = assembleConfig('config').clients.find(({ id }) => id === demoClient);
  const [operating, , trading] = client?.bindings ?? [];
  if (operating === undefined || trading === undefined)
    throw new Error(`config/clients.json does not bind ${demoClient}`);
  return [{ companyId: operating.companyId, walletId: operating.walletId }, trading.walletId];
}

/**
 * A recurring transfer comes due by its schedule while somebody looks, and is carried out once. A due time that came while the
 * one before it was still open was skipped, as it should be: that one is not looked at.
 */
export const standing: Scenario = {
  name: 'standing',
  about: 'a standing instruction comes due',
  async begun(stage) {
    stage.say('  waits', 'for the next full minute');
    return await cameDue(stage, Date.now());
  },
  async play(stage) {
    const asked = await cameDue(stage);
    stage.say('  came due', asked.id);
    return endingOf(stage, await stage.partner.watch(asked));
  },
};

type Seen = InstructionSeen & { readonly reference?: string };

/** The newest one that was not skipped, made at or after a moment. */
async function cameDue({ partner }: Stage, fromMs = 0): Promise<Seen> {
  return await partner.until('the standing instruction has come due', async () => {
    const { body } = await partner.send<{ instructions: Seen[] }>('GET', '/instructions?kind=transfer&limit=200');
    return body.instructions.find(
      ({ reference, state, createdAt }) =>
        reference === everyMinute && state !== 'cancelled' && Date.parse(createdAt) >= fromMs,
    );
  });
}
