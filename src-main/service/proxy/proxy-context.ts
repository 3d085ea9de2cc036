/** What the routes of the proxy share. */
import type { ProxyApp } from './proxy-app';
import type { ModelGround } from './served-models';
import type { TokenSessions } from './token-sessions';

export interface ProxyContext {
  readonly app: ProxyApp;
  readonly sessions: TokenSessions;
  ground(): ModelGround;
}
