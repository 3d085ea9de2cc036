/** The contract over the app: thin by intention. Every door that serves calls serves this router. */
import type { Router } from '@orpc/server';
import type { Contract } from '@shared/contract';
import type { App } from './app';
import { createCalls } from './router/calls';
import { datasetCalls, modelCalls } from './router/dataset-calls';
import { endpointCalls, groupCalls, keyCalls, vaultCalls } from './router/fleet-calls';
import { reviewCalls } from './router/review-calls';
import { resultCalls, runCalls } from './router/run-calls';
import { filesCalls, settingsCalls, systemCalls } from './router/system-calls';
import type { Shell } from './router/shell';

export type { Shell };
/** Written out: what the compiler infers is too long for it to write down. */
export type AppRouter = Router<Contract, Record<never, never>>;

export function createRouter(app: App, shell: Shell): AppRouter {
  const os = createCalls(app);
  return os.router({
    system: systemCalls(os, app, shell),
    settings: settingsCalls(os, app),
    files: filesCalls(os, shell),
    datasets: datasetCalls(os, app, shell),
    models: modelCalls(os, app),
    runs: runCalls(os, app, shell),
    review: reviewCalls(os, app, shell),
    results: resultCalls(os, app, shell),
    endpoints: endpointCalls(os, app),
    groups: groupCalls(os, app),
    keys: keyCalls(os, app, shell),
    vault: vaultCalls(os, app),
  });
}
