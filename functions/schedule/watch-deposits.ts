import { watchDeposits } from '../../lib/deposits/run.ts';
import { config } from '../../lib/platform/config/load.ts';
import { worker } from '../../lib/platform/outside/worker.ts';
import { scheduled } from '../../lib/platform/schedule.ts';

/**
 * Every minute: what arrived in the watched wallets of `config/watches.json`, from outside or from other wallets, becomes a
 * record and an event `deposit.received`, each once.
 */
export const handler = scheduled(async ({ deadlineMs }) => {
  await watchDeposits(worker(), config(), deadlineMs);
});
