/** The switch of the service and its tokens. */
import type { App } from '../app';
import { Refusal } from '../refusal';
import type { Calls } from './calls';
import type { Shell } from './shell';

export function serviceCalls(os: Calls, app: App, shell: Shell) {
  const { tokens } = app;
  return {
    status: os.service.status.handler(() => shell.service.status()),
    settings: os.service.settings.handler(() => shell.service.settings()),
    set: os.service.set.handler(({ input }) => shell.service.set(input)),
    tokens: os.service.tokens.handler(async () => [...(await tokens.list())]),
    addToken: os.service.addToken.handler(async ({ input }) => {
      const made = await tokens.add(input);
      if (!shell.copySecret(made.secret.reveal())) {
        await tokens.revoke(made.token.id);
        throw new Refusal('BAD_INPUT', 'Tokens are made in the window on the machine that runs Brushfleet.');
      }
      return made.token;
    }),
    updateToken: os.service.updateToken.handler(({ input }) => tokens.update(input)),
    revokeToken: os.service.revokeToken.handler(({ input }) => tokens.revoke(input.id)),
  };
}
