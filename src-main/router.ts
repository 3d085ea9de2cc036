/** The contract over the app: thin by intention. Every door that serves calls serves this router. */
import type { Router } from '@orpc/server';
import type { Contract } from '@shared/contract';
import type { App } from './app';
import { arenaCalls } from './router/arena-calls';
import { createCalls } from './router/calls';
import { datasetCalls, modelCalls } from './router/dataset-calls';
import { endpointCalls, groupCalls, keyCalls, vaultCalls } from './router/fleet-calls';
import { galleryCalls } from './router/gallery-calls';
import { pictureCalls } from './router/picture-calls';
import { serviceCalls } from './router/service-calls';
import { presetCalls, studioCalls } from './router/studio-calls';
import { textCalls } from './router/text-calls';
import { reviewCalls } from './router/review-calls';
import { runCalls } from './router/run-calls';
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
    review: reviewCalls(os, app),
    studio: studioCalls(os, app, shell),
    presets: presetCalls(os, app, shell),
    gallery: galleryCalls(os, app, shell),
    arena: arenaCalls(os, app, shell),
    pictures: pictureCalls(os, app, shell),
    text: textCalls(os, app, shell),
    service: serviceCalls(os, app, shell),
    endpoints: endpointCalls(os, app),
    groups: groupCalls(os, app),
    keys: keyCalls(os, app, shell),
    vault: vaultCalls(os, app),
  });
}
