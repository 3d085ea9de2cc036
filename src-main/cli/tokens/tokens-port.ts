/** What `brushfleet tokens` needs of whoever owns the library. Calls that cannot be carried out throw a Refusal. */
import type { ServiceToken } from '@shared/contract/service';
import type { TokenDraft } from '../../app/access/tokens';
import type { Secret } from '../../providers/secret';

export interface CliTokens {
  list(): Promise<readonly ServiceToken[]>;
  /** The only moment at which the token itself is known. */
  add(draft: TokenDraft): Promise<{ readonly token: ServiceToken; readonly secret: Secret }>;
  update(draft: TokenDraft & { readonly id: string }): Promise<ServiceToken>;
  revoke(tokenId: string): Promise<void>;
  close(): Promise<void>;
}

export type OpenedTokens =
  | { readonly kind: 'ok'; readonly tokens: CliTokens }
  | { readonly kind: 'refused'; readonly sentence: string };
