import type { JsonObject } from '../json.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';

/** An asset the API knows (reference 4.2, operation 1). */
export interface Asset {
  /** The code used everywhere, e.g. `BTC-TESTNET`. */
  code: string;
  name: string;
  unitCode: string;
  /** Base units in one unit: 100 000 000 for Bitcoin, 1 000 000 000 (gwei) for Ether. */
  scale: bigint;
  enabled: boolean;
  testAsset: boolean;
}

/** Supported assets. */
export function assetsResource({ call }: Calls) {
  return {
    /** All assets of the environment. `GET /assets` (1). */
    list: async (options?: CallOptions): Promise<Asset[]> =>
      call(
        { name: 'assets.list', method: 'GET', path: '/assets' },
        (wire) => read.objects(wire, 'assets').map(readAsset),
        options,
      ),
  };
}

function readAsset(wire: JsonObject): Asset {
  return {
    code: read.requiredText(wire, 'code'),
    name: read.text(wire, 'name'),
    unitCode: read.text(wire, 'unitCode', 'unit_code'),
    scale: read.amount(wire, 'scale'),
    enabled: read.flag(wire, 'enabled'),
    testAsset: read.flag(wire, 'testAsset', 'test_asset'),
  };
}
