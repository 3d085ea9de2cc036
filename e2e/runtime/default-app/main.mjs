// Starts the app in the folder given as the first plain argument, as Electron's own default app does.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setAppPath?.(folder);
app.setVersion?.(manifest.version);
app.setName(manifest.productName ?? manifest.name);
// Awaited at top level: Electron is not ready before its main module is whole, and the app's must come before that.
try {
  await import(pathToFileURL(join(folder, manifest.main)).href);
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  app.exit(1);
}
