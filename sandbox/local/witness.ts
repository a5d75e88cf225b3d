import type { Voter } from '../partner-api/model.ts';
import type { Sandbox } from '../partner-api/sandbox.ts';

/** What happens on the other side, told to people as it happens: requests that change something, and who votes on what. */
export function witness(sandbox: Sandbox, say: (what: string, detail: string) => void): void {
  sandbox.requests.listeners.add(({ operation }) => {
    if (!operation.startsWith('GET ')) say('signed request', operation);
  });
  sandbox.listeners.add((event) => {
    if (event.kind === 'actionPending')
      say('custodian is asked', `${nameOf(event.action.voter)}: ${event.action.type}`);
    if (event.kind === 'actionVoted') say(`custodian ${event.action.status}`, nameOf(event.action.voter));
  });
}

function nameOf(voter: Voter): string {
  return voter.type === 'user' ? `${voter.firstName} ${voter.lastName}` : voter.name;
}
