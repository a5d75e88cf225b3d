import { watchDeposits } from '../../lib/deposits/run.ts';
import { clients } from '../../lib/platform/config/clients.ts';
import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { watches } from '../../lib/platform/config/watches.ts';
import { worker } from '../../lib/platform/outside/worker.ts';
import { scheduled } from '../../lib/platform/schedule.ts';

/**
 * Every minute: what arrived in the watched wallets of `config/watches.json`, from outside or from other wallets, becomes a
 * record and an event `deposit.received`, each once.
 */
export const handler = scheduled(async ({ deadlineMs }) => {
  const settings = { clients: ownConcern('clients', clients), watches: ownConcern('watches', watches) };
  await watchDeposits(worker(), settings, deadlineMs);
});
