import { exchange, type Json, type ServerClock } from './raw-client.ts';

/** Waiting for the control surface is a fault of the set-up, not of the API under test. */
export class ControlError extends Error {
  readonly code = 'CONFORMANCE_CONTROL';
  override readonly name = 'ControlError';
}

/** The customer data an exchange asks for. */
export interface ExchangeField {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

/**
 * What happened outside the API at the vendor's (reference, Appendix B), by the sandbox's control surface: keys, people
 * and their votes, deposits, exchanges, the clock and the chain's refusals. Every method throws unless it worked.
 */
export class Control {
  readonly #url: string;
  readonly #clock: ServerClock;

  constructor(url: string, clock: ServerClock) {
    this.#url = url.replace(/\/+$/, '');
    this.#clock = clock;
  }

  /** One call of the control surface. */
  async call(method: string, path: string, body?: object): Promise<Json> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const answer = await exchange(method, this.#url + path, {}, text);
    if (answer.status !== 200) throw new ControlError(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** Makes an API key; a live one must sign with the private half of `publicKeyPem`. */
  async newKey(kind: 'live' | 'sandbox', publicKeyPem?: string): Promise<{ apiKey: string; keyId: string }> {
    return this.call('POST', '/keys', { kind, ...(publicKeyPem === undefined ? {} : { publicKeyPem }) });
  }

  /** Ends an API key. */
  async revoke(keyId: string): Promise<void> {
    await this.call('DELETE', `/keys/${keyId}`);
  }

  /** Makes a network user. With `autoAccept` an invitation is accepted at once. @returns the user's id */
  async newUser(person: { email: string; firstName: string; lastName: string; autoAccept: boolean }): Promise<string> {
    return (await this.call('POST', '/users', person)).userId;
  }

  /** Accepts or declines the pending invitations of a user. */
  async decideInvitations(userId: string, isAccepted: boolean): Promise<void> {
    const { invitations } = await this.call('GET', `/invitations?userId=${userId}&status=pending`);
    for (const { invitationId } of invitations as { invitationId: string }[]) {
      await this.call(isAccepted ? 'PUT' : 'DELETE', `/invitations/${invitationId}`);
    }
  }

  /** Credits a wallet from outside; a text for amounts beyond 2^53. @returns the chain's id of the deposit and its time */
  async deposit(
    walletId: string,
    amount: number | string,
    from = 'outside',
  ): Promise<{ chainTxId: string; timestamp: number }> {
    return this.call('POST', '/deposits', { walletId, amount, from });
  }

  /** Votes for somebody: people do so in their mobile app. */
  async decide(actionId: string, isApproved: boolean): Promise<void> {
    await this.call(isApproved ? 'PUT' : 'DELETE', `/actions/${actionId}`);
  }

  /** Moves the server's clock forward; requests signed from then on carry the new time. */
  async advance(seconds: number): Promise<void> {
    const { nowMs } = await this.call('POST', '/clock', { advanceMs: seconds * 1000 });
    this.#clock.offsetMs = nowMs - Date.now();
  }

  /** Takes over the server's time, and returns how far it is from ours. */
  async readClock(): Promise<number> {
    const { nowMs, offsetMs } = await this.call('GET', '/clock');
    this.#clock.offsetMs = nowMs - Date.now();
    return offsetMs;
  }

  /** Puts the clock back to the distance it had. */
  async setClockOffset(offsetMs: number): Promise<void> {
    const { nowMs } = await this.call('POST', '/clock', { offsetMs });
    this.#clock.offsetMs = nowMs - Date.now();
  }

  /** The chain refuses the next settlement out of this wallet. */
  async refuseNextSettlement(walletId: string): Promise<void> {
    await this.call('POST', '/chain-faults', { walletId, count: 1 });
  }

  /** Upgrades a core client to an exchange. */
  async makeExchange(
    coreClientId: string,
    exchangeData: { name: string; url: string; logoUrl: string; fields: readonly ExchangeField[] },
  ): Promise<void> {
    await this.call('POST', '/exchanges', { coreClientId, ...exchangeData });
  }

  /** Sends an expired wallet connection to its exchange again, or connects a multi-counterparty wallet to one more. */
  async connect(walletId: string, exchangeId: string, clientId: string): Promise<void> {
    await this.call('POST', '/connections', { walletId, exchangeId, clientId });
  }

  /** Whether every posting of the server's books balances. */
  async isBalanced(): Promise<boolean> {
    return (await this.call('GET', '/ledger')).balanced === true;
  }
}
