/** What the proxy uses of the app. */
import { join } from 'node:path';
import type { App } from '../../app';
import type { Tokens } from '../../app/access/tokens';
import type { Sessions } from '../../app/sessions/session';

export interface ProxyApp extends Pick<App, 'models' | 'paths' | 'log' | 'clock'> {
  readonly tokens: Pick<Tokens, 'find' | 'noteRun' | 'onChange'>;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly fleet: Pick<App['fleet'], 'views' | 'isGiven'>;
  readonly vault: Pick<App['vault'], 'status'>;
}

/** Media of callers; others keep theirs beside it. */
export function mediaFolder({ paths }: Pick<ProxyApp, 'paths'>): string {
  return join(paths.callers, 'service');
}
