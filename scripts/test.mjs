/** `npm test`: sets everything up and runs every check, on a machine that has Node, npm and git. */
import { ensureElectronRuntime } from '../e2e/runtime/electron-runtime.mjs';
import { bootstrap, say } from './bootstrap.mjs';
import { BUILD, E2E, FORMAT, LINT, MEASURE, runSteps, TYPES, UNIT } from './steps.mjs';

bootstrap();
await ensureElectronRuntime(say);
process.exit(runSteps([FORMAT, LINT, TYPES, MEASURE, BUILD, UNIT, E2E]));
