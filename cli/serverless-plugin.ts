/**
 * The packager's plugin for this project alone (named in serverless.yml). It builds before anything is packaged, and adds
 * to the template what cli/build/template.ts derives from each function and queue.
 */
import { ConfigurationError } from '../lib/platform/errors.ts';
import { buildFunctions } from './build/build.ts';
import { readConfigText } from './build/config.ts';
import {
  deadLetterAlarms,
  type FunctionFacts,
  functionAlarms,
  functionRole,
  type Grant,
  type Resource,
  scheduleMissingAlarm,
  scheduleRole,
} from './build/template.ts';

/** A function's block in serverless.yml, with `grants`, the one member that is ours. */
interface FunctionBlock {
  handler: string;
  name: string;
  role?: string;
  grants: readonly string[];
  package?: { artifact: string };
  events?: { schedule?: { rate: readonly string[]; roleArn?: unknown } }[];
}

/** As much of the packager as is used here. */
interface Serverless {
  serviceDir: string;
  processedInput: { commands: readonly string[] };
  service: {
    functions: Record<string, FunctionBlock>;
    resources: { Resources: Record<string, Resource> };
    custom: { grants: Record<string, Grant>; door: Record<string, string>; partnerApi: Record<string, unknown> };
  };
  configSchemaHandler: { defineFunctionProperties(provider: string, schema: unknown): void };
  /** The packager's own error: shown without a stack. */
  classes: { Error: new (message: string) => Error };
  getProvider(name: 'aws'): {
    naming: {
      getLambdaLogicalId(name: string): string;
      getLogGroupLogicalId(name: string): string;
      getNormalizedFunctionName(name: string): string;
    };
  };
}

/** Hooks into `package`, `deploy` and `deploy function`. */
export default class QredoFunctionsPlugin {
  readonly hooks: Record<string, () => void | Promise<void>>;
  private readonly serverless: Serverless;

  constructor(serverless: Serverless) {
    this.serverless = serverless;
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      properties: { grants: { type: 'array', items: { type: 'string' } } },
      required: ['grants'],
    });
    const build = () => this.build();
    this.hooks = {
      initialize: () => {
        if (/^deploy( function)?$/.test(serverless.processedInput.commands.join(' '))) this.refusePlaceholders();
        this.extendTemplate();
      },
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
    };
  }

  private extendTemplate(): void {
    const { functions, resources, custom } = this.serverless.service;
    for (const [name, block] of Object.entries(functions)) {
      const { naming } = this.serverless.getProvider('aws');
      const prefix = naming.getNormalizedFunctionName(name);
      const facts: FunctionFacts = {
        deployedName: block.name,
        functionLogicalId: naming.getLambdaLogicalId(name),
        logGroupLogicalId: naming.getLogGroupLogicalId(name),
        grants: block.grants.map((grant) => this.grant(custom.grants, name, grant)),
      };
      block.package = { artifact: `.build/${name}.zip` };
      block.role = `${prefix}Role`;
      resources.Resources[block.role] = functionRole(facts);
      for (const [suffix, alarm] of Object.entries(functionAlarms(facts))) {
        resources.Resources[`${prefix}${suffix}`] = alarm;
      }
      for (const { schedule } of block.events ?? []) {
        if (schedule === undefined) continue;
        resources.Resources[`${prefix}ScheduleRole`] = scheduleRole(facts);
        resources.Resources[`${prefix}MissingAlarm`] = scheduleMissingAlarm(facts, schedule.rate.join());
        schedule.roleArn = { 'Fn::GetAtt': [`${prefix}ScheduleRole`, 'Arn'] };
      }
    }
    Object.assign(resources.Resources, deadLetterAlarms(resources.Resources));
  }

  private grant(grants: Record<string, Grant>, functionName: string, grantName: string): Grant {
    const grant = grants[grantName];
    if (grant === undefined) throw this.error(`functions.${functionName}.grants: no grant ${grantName}`);
    return grant;
  }

  private async build(): Promise<void> {
    const { service, serviceDir } = this.serverless;
    const handlers = Object.fromEntries(
      Object.entries(service.functions).map(([name, block]) => [name, block.handler] as const),
    );
    await buildFunctions({ root: serviceDir, handlers, configText: this.configText() });
  }

  /** What is wrong in `config/` is for whoever edits it: every problem, and no stack. */
  private configText(): string {
    try {
      return readConfigText(this.serverless.serviceDir);
    } catch (error) {
      if (error instanceof ConfigurationError) throw new this.serverless.classes.Error(error.message);
      throw error;
    }
  }

  /** The defaults let `package` run anywhere; a deployed function must not talk to them. */
  private refusePlaceholders(): void {
    const { door, partnerApi } = this.serverless.service.custom;
    const left = Object.entries({ ...door, ...partnerApi })
      .filter(([, value]) => typeof value === 'string' && /\.invalid(\/|$)/.test(value))
      .map(([name]) => name);
    if (left.length > 0)
      throw this.error(`params: still placeholders: ${left.join(', ')} (docs/deploy.md, "Parameters")`);
  }

  private error(message: string): Error {
    return new this.serverless.classes.Error(`serverless.yml: ${message}`);
  }
}
