/** The switch of the local HTTP service in Settings: off until the user turns it on, and as it was left from then on. */
import type { ServiceSettings, ServiceStatus } from '@shared/contract/service';
import type { App } from '../app';
import { createTurns } from '@shared/in-turn';
import type { ServiceSwitch } from '../router/shell';
import type { Service } from '../service/service';
import { readConfig } from '../service/settings';

export interface ServiceSwitchOptions {
  readonly app: App;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  remembered(): ServiceSettings;
  remember(settings: ServiceSettings): void;
}

export interface OwnedServiceSwitch extends ServiceSwitch {
  /** As it was left. */
  begin(): Promise<ServiceStatus>;
  /** What is in flight is finished and answered. */
  close(): Promise<void>;
}

const OFF: ServiceStatus = { kind: 'off' };

export function createServiceSwitch(options: ServiceSwitchOptions): OwnedServiceSwitch {
  const inTurn = createTurns();
  let service: Service | null = null;
  let failed: ServiceStatus | null = null;

  async function stop(): Promise<void> {
    failed = null;
    try {
      // Until it has ended it is told as on: what is off does not listen.
      await service?.stop();
    } finally {
      service = null;
    }
  }

  async function apply({ enabled, port, allowedHosts }: ServiceSettings): Promise<ServiceStatus> {
    await stop();
    if (!enabled) {
      return OFF;
    }
    // Reachable from this machine alone: for more there is the command line, with TLS.
    const read = readConfig(options.env, { host: '127.0.0.1', port, allowedHosts });
    if (read.kind === 'refused') {
      failed = { kind: 'failed', reason: read.sentence };
      return failed;
    }
    // Loaded when it is wanted: the window starts faster without it.
    const { serveApp } = await import('../service/serve-app');
    const { app, version, env } = options;
    const started = serveApp({ app, version, env, config: read.config });
    const status = await started.start();
    if (status.kind === 'on') {
      service = started;
    } else {
      failed = status;
      await started.stop();
    }
    return status;
  }

  return {
    status: () => service?.status() ?? failed ?? OFF,
    settings: options.remembered,
    set(settings) {
      options.remember(settings);
      return inTurn(() => apply(settings));
    },
    begin: () => inTurn(() => apply(options.remembered())),
    close: () => inTurn(stop),
  };
}
