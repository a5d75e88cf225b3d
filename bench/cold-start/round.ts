import { fileURLToPath } from 'node:url';
import { checkAnswer, eventOf, idIn, type Round, secondTransfer } from './scenario.ts';
import { coldStart, type Started } from './start.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Gives a function its turn in a round: starts its bundle in a process of its own, on an event in which it finds work.
 *
 * @throws Error with what the process logged, unless the function did its work
 */
export async function takeTurn(name: string, bundleOf: (name: string) => string, round: Round): Promise<Started> {
  // The transfer that goes all the way cannot be called off as well.
  if (name === 'cancel-instruction') {
    const second = await start('create-transfer', bundleOf, round, secondTransfer(round, root));
    round.cancelledId = idIn(second.answer);
  }
  const event = eventOf(name, round, root);
  const before = round.servers.counts();
  const started = await start(name, bundleOf, round, event);
  checkAnswer(name, started, round, before);
  return started;
}

async function start(
  functionName: string,
  bundleOf: (name: string) => string,
  { servers: { environment } }: Round,
  event: unknown,
): Promise<Started> {
  return await coldStart({ bundleFile: bundleOf(functionName), functionName, event, environment });
}
