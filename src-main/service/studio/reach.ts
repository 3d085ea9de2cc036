/**
 * What a browser may ask of the router: running, comparing and reviewing. What sets the machine up (its keys, where they
 * are sent, who may come in, where files are written) is done by who sits at it.
 */

/** Everything of these groups, and these calls. */
const WINDOW_ONLY: ReadonlySet<string> = new Set([
  'keys',
  'settings.set',
  'vault.choose',
  'vault.unlock',
  'endpoints.add',
  'endpoints.update',
  'endpoints.remove',
  'endpoints.move',
  'groups.save',
  'groups.remove',
  'models.add',
  'models.remove',
  'service.set',
  'service.addToken',
  'service.updateToken',
  'service.revokeToken',
  'system.openLogs',
  'runs.showFolder',
  'results.showInFolder',
  'pictures.showInFolder',
  'pictures.editElsewhere',
  'pictures.chooseEditor',
  'pictures.forgetEditor',
  'gallery.emptyTrash',
]);

/** What costs money, or lets more be spent: capped-calls.ts says what of it a token with a cap may do. */
export const SPENDING: ReadonlySet<string> = new Set([
  'endpoints.probe',
  'endpoints.test',
  'gallery.rerun',
  'review.rerun',
  'runs.rerun',
  'runs.rerunFailed',
  'runs.rerunJob',
  'runs.resume',
  'runs.setOptions',
  'runs.start',
  'studio.applyChain',
  'studio.retry',
  'studio.send',
  'text.ask',
  'text.describe',
  'text.improve',
  'text.judge',
  'text.storyPictures',
]);

/** Calls that name where a run writes. */
const WITH_OUTPUT = new Set(['runs.plan', 'runs.preflight', 'runs.start']);

export const ONLY_WINDOW =
  'This is done in the window of Brushfleet, on the computer that runs it; a browser cannot.';
const ONLY_DEFAULT_FOLDER =
  'From a browser, results go to the usual folder of the computer that runs Brushfleet: download them from the run.';

/** Null: it may be asked; else one sentence. */
export function whyNot(path: readonly string[], input: unknown): string | null {
  const call = path.join('.');
  if (WINDOW_ONLY.has(call) || WINDOW_ONLY.has(path[0] ?? '')) {
    return ONLY_WINDOW;
  }
  return WITH_OUTPUT.has(call) && has(input, 'outputGrant') ? ONLY_DEFAULT_FOLDER : null;
}

function has(input: unknown, field: string): boolean {
  return (
    typeof input === 'object' &&
    input !== null &&
    Object.entries(input).some(([name, value]) => name === field && value !== undefined)
  );
}
