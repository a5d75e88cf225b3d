import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { Control } from './control.ts';
import { Desks } from './desks.ts';
import { SkippedError } from './outcome.ts';
import { RawClient, ServerClock } from './raw-client.ts';

/** The server under test and the way in. */
export interface Target {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Absent for a key that needs no signature. */
  readonly privateKey?: KeyObject | undefined;
  readonly controlUrl?: string | undefined;
}

/** A second partner on the same server, whose things the first must not see. */
export interface Stranger {
  readonly client: RawClient;
  readonly keyId: string;
}

/** What checks work with. Things that are costly or shared are made at first use and kept. */
export class Api {
  readonly clock = new ServerClock();
  readonly client: RawClient;
  readonly desks: Desks;
  readonly #control: Control | undefined;
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(target: Target) {
    const { baseUrl, apiKey, privateKey, controlUrl } = target;
    this.client = new RawClient({ baseUrl, apiKey, privateKey, clock: this.clock });
    this.#control = controlUrl === undefined ? undefined : new Control(controlUrl, this.clock);
    this.desks = new Desks(this);
  }

  /** The control surface. @throws {SkippedError} on a server without one, which skips the check */
  get control(): Control {
    if (this.#control === undefined) throw new SkippedError('needs the control surface');
    return this.#control;
  }

  get hasControl(): boolean {
    return this.#control !== undefined;
  }

  /** Unix seconds of the server, as far as we know. */
  get now(): number {
    return this.clock.nowSeconds();
  }

  /** Makes something once and gives the same to everybody who asks for it. */
  once<Value>(name: string, make: () => Promise<Value>): Promise<Value> {
    const made = this.#kept.get(name) ?? make();
    this.#kept.set(name, made);
    return made as Promise<Value>;
  }

  /** A text nobody used before on this server. */
  unique(prefix: string): string {
    return `${prefix}-${randomBytes(6).toString('hex')}`;
  }

  /** Another partner's client, with a key pair of its own. */
  stranger(): Promise<Stranger> {
    return this.once('stranger', () => this.newStranger());
  }

  /** A new partner that must sign. */
  async newStranger(): Promise<Stranger> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { apiKey, keyId } = await this.control.newKey('live', pem);
    const { baseUrl } = this.client.options;
    return { client: new RawClient({ baseUrl, apiKey, privateKey, clock: this.clock }), keyId };
  }
}
