/** `npm run check`: the quick part, under a minute. */
import { bootstrap } from './bootstrap.mjs';
import { FORMAT, LINT, MEASURE, runSteps, TYPES, UNIT_QUICK } from './steps.mjs';

bootstrap();
process.exitCode = runSteps([FORMAT, LINT, TYPES, MEASURE, UNIT_QUICK]);
