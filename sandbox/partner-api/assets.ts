/** An asset of reference 5.6. `scale` is base units per unit. */
export interface Asset {
  readonly code: string;
  readonly name: string;
  readonly unitCode: string;
  readonly scale: number;
  readonly enabled: boolean;
  readonly testAsset: boolean;
}

function asset(code: string, name: string, unitCode: string, scale: number, testAsset: boolean): Asset {
  return { code, name, unitCode, scale, enabled: true, testAsset };
}

/** The assets of reference 5.6, in its order. Ether is counted in gwei. */
export const assets: readonly Asset[] = [
  asset('BTC', 'Bitcoin', 'BTC', 100_000_000, false),
  asset('BTC-TESTNET', 'Bitcoin Testnet', 'BTC-TEST', 100_000_000, true),
  asset('ETH', 'Ethereum', 'ETH', 1_000_000_000, false),
  asset('ETH-TESTNET', 'Ethereum Testnet', 'ETH-TEST', 1_000_000_000, true),
  asset('ETH-GOERLI', 'Ethereum Goerli', 'ETH-GOERLI', 1_000_000_000, true),
  asset('USDT', 'Tether USD', 'USDT', 1_000_000, false),
];

/** Assets by code. */
export const assetByCode: ReadonlyMap<string, Asset> = new Map(assets.map((item) => [item.code, item]));

const testAssets = assets.filter((item) => item.testAsset);

/** The assets a kind of key may use: a sandbox key sees test assets only (5.6). */
export function assetsFor(kind: 'live' | 'sandbox'): readonly Asset[] {
  return kind === 'sandbox' ? testAssets : assets;
}

/** The `address_type` of a wallet (5.4). */
export function addressType(code: string): string {
  return code.startsWith('BTC') ? 'P2PKH' : 'ETH';
}
