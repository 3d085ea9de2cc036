/** A process of its own that works with the sources as they are, to be killed. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** Sources name each other without the ending that Node asks for. */
const ENDINGS = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve: (name, context, next) => next(/^[.][^]*[/][^./]+$/.test(name) ? name + '.ts' : name, context),
  });`;

/** `script` imports sources with \`await import(...)\`, by their file URL. */
export function startOnSources(script: string): ChildProcessByStdio<Writable, Readable, null> {
  const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
  return spawn(process.execPath, [...flags, '--input-type=module', '--eval', ENDINGS + script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
