import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { kinds } from '../../lib/instructions/kinds/index.ts';
import { assembleConfig } from '../../lib/platform/config/assemble.ts';
import type { Config } from '../../lib/platform/config/concerns.ts';
import { holdDataFolder, type Invocation, type LocalAws, startLocalAws } from '../aws/index.ts';
import type { Demo } from '../demo.ts';
import { type PartnerApi, startPartnerApi } from '../partner-api/server.ts';
import { type FeedProcesses, startFeeds } from './feeds.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { type Keepsake, recallOrSeed, stateFiles } from './keepsake.ts';
import { type ReceivedEvent, type Receiver, startReceiver } from './receiver.ts';
import { noteTransferRequests, type TransferRequests } from './requests.ts';
import { witness } from './witness.ts';

/** The client of the sample configuration that the local system acts as. */
export const demoClient = 'treasury-desk';

/** What `npm start` seeds its sandbox with, so that the ids in `config/` and `events/` are right on every run. */
export const demoSeed = 1;

/** How the local system is started. */
export interface LocalSystemOptions {
  /** Keeps the table, the secrets and the sandbox in this folder; in memory without. */
  readonly dataFolder?: string | undefined;
  /** The wished ports; a free one is taken where one is busy. */
  readonly httpPort: number;
  readonly partnerApiPort: number;
  readonly logLevel: string;
  /** Standing instructions beside the ones of `config/`. */
  readonly standing?: Config['standing'];
  readonly onInvoke?: (invocation: Invocation) => void;
  readonly onEvent?: (event: ReceivedEvent) => void;
  /** Hears what happens at the Partner API. */
  readonly onPartnerApi?: (what: string, detail: string) => void;
}

/** Everything, running: the Partner API, the embedded AWS with the functions, a token issuer, a partner's endpoint. */
export interface LocalSystem {
  readonly httpUrl: string;
  readonly partnerApi: PartnerApi;
  readonly transferRequests: TransferRequests;
  readonly aws: LocalAws;
  readonly issuer: Issuer;
  readonly receiver: Receiver;
  readonly demo: Demo;
  /** The feed processes; may be killed, since losing them loses nothing. */
  readonly feeds: FeedProcesses;
  /** Where a partner's own system would drop its requests. */
  readonly inboundQueueUrl: string;
  /** The settings of the functions, for commands that are to act on this system: `--local-env FILE`. */
  readonly environmentFile: string;
  /** Wished ports that were taken, for people. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

/** What the cloud does once a minute: a minute would be a long time to watch. */
const everySeconds = {
  'dispatch-due': 5,
  'approve-actions': 3,
  'watch-deposits': 3,
  'publish-quotes': 3,
  'run-standing': 3,
};

/** The approver says yes so long after it was asked. */
const approveAfterMs = 1_000;

/** Starts the whole system on loopback. */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const notes: string[] = [];
  // First of all: two runs that write one journal would ruin it.
  const hold = options.dataFolder === undefined ? undefined : holdDataFolder(options.dataFolder, 'local');
  const files = stateFiles(options.dataFolder);
  const partnerApi = await startOnPort(options.partnerApiPort, files?.journal, notes);
  const keepsake = recallOrSeed(partnerApi.sandbox, files, approveAfterMs);
  const transferRequests = noteTransferRequests(partnerApi.sandbox.requests, files?.requests);
  if (options.onPartnerApi !== undefined) witness(partnerApi.sandbox, options.onPartnerApi);
  const issuer = await startIssuer();
  const receiver = await startReceiver({
    secret: keepsake.webhookSecret,
    file: files?.webhooks,
    onEvent: options.onEvent ?? (() => {}),
  });
  const temporary = runFolder(options.dataFolder);
  const removeTemporary = () => rmSync(temporary, { recursive: true, force: true });
  process.once('exit', removeTemporary);
  const aws = await startLocalAws({
    stage: 'local',
    ...(options.dataFolder === undefined ? {} : { dataFolder: options.dataFolder }),
    httpPort: options.httpPort,
    environment: {
      PARTNER_API_BASE_URL: partnerApi.baseUrl,
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      AUTH_JWKS_URL: issuer.jwksUrl,
      WEBHOOK_ALLOW_LOOPBACK: 'true',
      LOG_LEVEL: options.logLevel,
      CONFIG_FILE: localConfig(temporary, receiver.url, options.standing ?? []),
    },
    secrets: localSecrets(keepsake),
    scheduleEverySeconds: everySeconds,
    ...(options.onInvoke === undefined ? {} : { onInvoke: options.onInvoke }),
    onLog: ({ level, message, error }) => {
      if (level !== 'info') console.error(message, error ?? '');
    },
  });
  if (aws.portWasBusy) notes.push(`port ${options.httpPort} is busy: the functions listen on ${aws.httpPort}`);
  const environmentFile = join(temporary, 'local.env');
  const settings = Object.entries(aws.environment).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(environmentFile, settings.join(''), { mode: 0o600 });
  const feeds = await startFeeds(aws.environment, temporary);
  return {
    httpUrl: aws.httpUrl,
    partnerApi,
    transferRequests,
    aws,
    issuer,
    receiver,
    demo: keepsake.demo,
    feeds,
    inboundQueueUrl: aws.queueUrl('qredo-functions-local-InboundQueue'),
    environmentFile,
    notes,
    stop: async () => {
      await feeds.stop();
      await aws.stop();
      await Promise.all([partnerApi.close(), issuer.stop(), receiver.stop()]);
      hold?.release();
      removeTemporary();
      process.off('exit', removeTemporary);
    },
  };
}

/** A folder for what only this run needs; the data folder's own, so that the next run takes away what a killed one left. */
function runFolder(dataFolder: string | undefined): string {
  if (dataFolder === undefined) return mkdtempSync(join(tmpdir(), 'qredo-functions-'));
  const folder = resolve(dataFolder, 'run');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

async function startOnPort(port: number, journal: string | undefined, notes: string[]): Promise<PartnerApi> {
  const options = { seed: demoSeed, journal, signaturePolicy: 'required' } as const;
  try {
    return await startPartnerApi({ ...options, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const partnerApi = await startPartnerApi({ ...options, port: 0 });
    notes.push(`port ${port} is busy: the Partner API listens on ${new URL(partnerApi.baseUrl).port}`);
    return partnerApi;
  }
}

/** Whom the local SQS names as the sender of every message. */
const localSenderId = '000000000000';

/** The project's own configuration, with the partner told at the local receiver, and heard at the local inbound queue. */
function localConfig(folder: string, receiverUrl: string, standing: Config['standing']): string {
  const config = assembleConfig('config');
  const clients = config.clients.map((client) => ({
    ...client,
    webhooks: client.webhooks.map((webhook) => ({ ...webhook, url: receiverUrl })),
    queueSenders: [...client.queueSenders, { senderId: localSenderId, kinds: [...kinds.keys()] }],
  }));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ ...config, clients, standing: [...config.standing, ...standing] }));
  return file;
}

function localSecrets({ demo, privateKeyPem, deskBotPrivateKeyPem, webhookSecret }: Keepsake): Record<string, string> {
  return {
    'qredo-functions/local/signing': JSON.stringify({ apiKey: demo.apiKey, privateKeyPem }),
    'qredo-functions/local/approver': JSON.stringify({
      apiKey: demo.deskBot.apiKey,
      privateKeyPem: deskBotPrivateKeyPem,
    }),
    'qredo-functions/local/webhooks': JSON.stringify({ [`${demoClient}/main`]: [webhookSecret] }),
  };
}
