/**
 * Door 2: the command line. Memory is bounded before anything else is loaded: what reading the program leaves behind would
 * else give its young generation 30 MB that it keeps.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boundHeaps } from '../heap-bounds';

boundHeaps();
const { runCommandLine } = await import('./command-line');
// Above out/main, where the built file lies.
runCommandLine(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
