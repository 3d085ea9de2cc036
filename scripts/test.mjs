/** `npm test`: sets everything up and runs every check, on a machine that has Node, npm and git. */
import { bootstrap } from './bootstrap.mjs';
import { BUILD, E2E, FORMAT, LINT, MEASURE, RUNTIME, runSteps, TYPES, UNIT } from './steps.mjs';

bootstrap();
// The build comes before the unit tests: those of worker threads run the built workers.
process.exitCode = runSteps([FORMAT, LINT, TYPES, MEASURE, BUILD, UNIT, RUNTIME, E2E]);
