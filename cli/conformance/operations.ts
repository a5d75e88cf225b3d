/** Every operation of the Partner API: the 53 of its description, the legacy path D1 and the feeds W1 to W3 (reference 4.1). */
const rows = [
  ['1', 'GET', '/assets'],
  ['2', 'POST', '/fees'],
  ['3', 'POST', '/company'],
  ['4', 'GET', '/company/{company_id}'],
  ['5', 'PUT', '/company/{company_id}'],
  ['6', 'GET', '/company/search'],
  ['7', 'GET', '/company/{company_id}/trustedparty'],
  ['8', 'POST', '/company/{company_id}/trustedparty'],
  ['9', 'DELETE', '/company/{company_id}/trustedparty/{trustedparty_id}'],
  ['10', 'GET', '/company/{company_id}/holding'],
  ['11', 'POST', '/company/{company_id}/fund'],
  ['12', 'GET', '/company/{company_id}/fund/{fund_id}'],
  ['13', 'GET', '/company/{company_id}/fund/{fund_id}/deposit'],
  ['14', 'GET', '/company/{company_id}/fund/{fund_id}/whitelist'],
  ['15', 'POST', '/company/{company_id}/fund/{fund_id}/whitelist'],
  ['16', 'POST', '/company/{company_id}/fund/{fund_id}/asset'],
  ['17', 'POST', '/company/{company_id}/fund/{fund_id}/wallet'],
  ['18', 'GET', '/company/{company_id}/fund/{fund_id}/ledger'],
  ['19', 'GET', '/company/{company_id}/fund/search'],
  ['20', 'GET', '/wallet/{wallet_id}'],
  ['21', 'GET', '/wallet/{wallet_id}/history'],
  ['22', 'GET', '/wallet/{wallet_id}/max'],
  ['23', 'GET', '/exchanges'],
  ['24', 'POST', '/company/{company_id}/transfer'],
  ['25', 'GET', '/company/{company_id}/transfer/{tx_id}'],
  ['26', 'POST', '/company/{company_id}/withdraw'],
  ['27', 'GET', '/company/{company_id}/withdraw/{tx_id}'],
  ['28', 'POST', '/company/{company_id}/atomicswap/make'],
  ['29', 'GET', '/company/{company_id}/atomicswap/make/{tx_id}'],
  ['30', 'DELETE', '/company/{company_id}/atomicswap/make/{tx_id}'],
  ['31', 'POST', '/company/{company_id}/atomicswap/take'],
  ['32', 'GET', '/company/{company_id}/atomicswap/take/{tx_id}'],
  ['33', 'GET', '/company/{company_id}/liquidityhub'],
  ['34', 'POST', '/company/{company_id}/liquidityhub'],
  ['35', 'GET', '/liquidityhub'],
  ['36', 'POST', '/coreclient'],
  ['37', 'GET', '/coreclient'],
  ['38', 'GET', '/coreclient/{client_id}/actions'],
  ['39', 'GET', '/coreclient/{client_id}/action/{action_id}'],
  ['40', 'PUT', '/coreclient/{client_id}/action/{action_id}'],
  ['41', 'DELETE', '/coreclient/{client_id}/action/{action_id}'],
  ['42', 'GET', '/coreclient/{client_id}/wallets'],
  ['43', 'POST', '/coreclient/{client_id}/sweep'],
  ['44', 'GET', '/coreclient/{client_id}/sweep/{tx_id}'],
  ['45', 'POST', '/coreclient/{client_id}/sign'],
  ['46', 'POST', '/coreclient/verify'],
  ['47', 'POST', '/coreclient/init'],
  ['48', 'POST', '/coreclient/finish'],
  ['49', 'GET', '/coreclient/feed'],
  ['50', 'GET', '/coreclient/action/{action_id}'],
  ['51', 'PUT', '/coreclient/action/{action_id}'],
  ['52', 'DELETE', '/coreclient/action/{action_id}'],
  ['53', 'PUT', '/company/{company_id}/fund/{fund_id}/wallet/{wallet_id}/policy'],
  ['D1', 'POST', '/company/{company_id}/fund/{fund_id}/deposit'],
  ['W1', 'GET', '/coreclient/{client_id}/feed'],
  ['W2', 'GET', '/liquidityhub/feed'],
  ['W3', 'GET', '/wallets/feed'],
] as const;

/** The name of an operation: its number in reference 4.1. */
export type OperationNumber = (typeof rows)[number][0];

/** One operation, with its path as a template. */
export interface OperationName {
  readonly number: OperationNumber;
  readonly method: string;
  readonly path: string;
}

/** All 57, in the order of the reference. */
export const operations: readonly OperationName[] = rows.map(([number, method, path]) => ({ number, method, path }));
