/** Opens the tokens of the library, whoever owns it: the running service hears of each change at once. */
import type { App } from '../../app';
import type { Connection } from '../../local-door/connect-door';
import { Secret } from '../../providers/secret';
import { asked } from '../fleet/remote-fleet';
import { openLibrary, type OpenOptions } from '../../local-door/open-library';
import type { CliTokens, OpenedTokens } from './tokens-port';

export async function openTokens(options: OpenOptions): Promise<OpenedTokens> {
  const opened = await openLibrary(options);
  switch (opened.kind) {
    case 'refused':
      return opened;
    case 'own':
      return { kind: 'ok', tokens: ownTokens(opened.app) };
    case 'elsewhere':
      return { kind: 'ok', tokens: remoteTokens(opened.owner) };
  }
}

function ownTokens({ tokens, close }: App): CliTokens {
  const { list, add, update, revoke } = tokens;
  return { list, add, update, revoke, close };
}

function remoteTokens({ client, close }: Extract<Connection, { kind: 'ok' }>): CliTokens {
  return {
    list: () => asked(() => client.app.service.tokens()),
    async add(draft) {
      const { token, secret } = await asked(() => client.door.addToken(draft));
      return { token, secret: new Secret(secret) };
    },
    update: (draft) => asked(() => client.app.service.updateToken(draft)),
    revoke: (id) => asked(() => client.app.service.revokeToken({ id })),
    close,
  };
}
