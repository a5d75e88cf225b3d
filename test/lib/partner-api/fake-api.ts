import {
  type CallReport,
  createPartnerApi,
  type PartnerApi,
  type PartnerApiError,
  type PartnerApiOptions,
  type TransportAnswer,
  type TransportRequest,
} from '../../../lib/partner-api/index.ts';
import {
  type Credentials,
  type CredentialsSource,
  createKeySigner,
  staticCredentials,
} from '../../../lib/signing/index.ts';
import { pkcs8 } from '../signing/vectors.ts';

export const baseUrl = 'https://api.example/api/v1/p';
export const credentials: Credentials = { apiKey: 'the-api-key', signer: createKeySigner(pkcs8) };

type Scripted = Partial<TransportAnswer> | Error | ((request: TransportRequest) => Partial<TransportAnswer>);

export interface FakeApi {
  client: PartnerApi;
  requests: TransportRequest[];
  reports: CallReport[];
  waitsMs: number[];
  nowMs: number;
}

/** A client over a transport that answers from a script and remembers what it was sent. */
export function fakeApi(script: Scripted[], options: Partial<PartnerApiOptions> = {}): FakeApi {
  const answers = [...script];
  const world: Omit<FakeApi, 'client'> = { requests: [], reports: [], waitsMs: [], nowMs: 1_700_000_000_000 };
  const source: CredentialsSource = options.credentials ?? staticCredentials(credentials);
  const client = createPartnerApi({
    baseUrl,
    clock: () => world.nowMs,
    random: () => 0.5,
    sleep: async (ms) => void world.waitsMs.push(ms),
    onCall: (report) => world.reports.push(report),
    transport: async (request) => {
      world.requests.push(request);
      const answer = answers.shift();
      if (answer === undefined) throw new Error('the script has no further answer');
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '{}', ...(typeof answer === 'function' ? answer(request) : answer) };
    },
    ...options,
    credentials: source,
  });
  return Object.assign(world, { client });
}

/** A body in the form of the API. */
export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): TransportAnswer => ({
  status,
  headers,
  body: typeof value === 'string' ? value : JSON.stringify(value),
});

/** An answer in the API's error frame (reference 3.1). */
export const refusal = (status: number, reason?: string, headers: Record<string, string> = {}): TransportAnswer =>
  json({ code: status, msg: 'said', ...(reason === undefined ? {} : { detail: { reason } }) }, status, headers);

/** The error a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<PartnerApiError> {
  try {
    await promise;
  } catch (error) {
    return error as PartnerApiError;
  }
  throw new Error('the call did not fail');
}

export const transfer = {
  walletId: 'w1',
  counterpartyWalletId: 'w2',
  asset: 'BTC-TESTNET',
  amountBaseUnits: 250_000n,
  expiresAtSeconds: 1_700_086_400,
  partnerTxId: 'key-1',
};
