/**
 * Who may knock at all: a page in the user's browser reaches this server too. Host first (a rebound name is caught by
 * nothing else), then Origin, then Sec-Fetch-Site. Pure.
 */
export interface GuardRules {
  readonly port: number;
  readonly isTls: boolean;
  /** Names besides loopback, with or without a port, as the user gave them. */
  readonly allowedHosts: readonly string[];
}

export interface KnockHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Null: it may come in; else one sentence. */
export function refusalOf(headers: KnockHeaders, rules: GuardRules): string | null {
  const host = headers.host?.toLowerCase() ?? '';
  if (!isOurs(host, rules)) {
    return 'This service is not called by that name: use its loopback address, or start it with --allowed_hosts.';
  }
  if (headers.origin !== undefined && !ownOrigins(host, rules).includes(headers.origin.toLowerCase())) {
    return 'Pages of other origins may not use this service.';
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin') {
    return 'Pages of other sites may not use this service.';
  }
  return null;
}

/** A name that the user allowed may be served over TLS by what stands before this service. */
function ownOrigins(host: string, rules: GuardRules): readonly string[] {
  const isLoopback = isOurs(host, { ...rules, allowedHosts: [] });
  const schemes = rules.isTls ? ['https'] : isLoopback ? ['http'] : ['http', 'https'];
  return schemes.map((scheme) => `${scheme}://${host}`);
}

function isOurs(host: string, { port, isTls, allowedHosts }: GuardRules): boolean {
  const standard = isTls ? 443 : 80;
  const withPort = (name: string): string[] => [`${name}:${port}`, ...(port === standard ? [name] : [])];
  return (
    LOOPBACK_NAMES.flatMap(withPort).includes(host) ||
    allowedHosts.some((allowed) => {
      const name = allowed.trim().toLowerCase();
      // Without a port any will do: a container's is often another one outside.
      return name !== '' && (host === name || host.replace(/:\d{1,5}$/, '') === name);
    })
  );
}

/** Whether somebody on this machine asks, and not a proxy on it for somebody elsewhere. */
export function isFromHere(
  remoteAddress: string | undefined,
  headers: Readonly<Record<string, unknown>>,
): boolean {
  const isLoopback = /^(::ffff:)?127\.|^::1$/.test(remoteAddress ?? '');
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  return isLoopback && !isForwarded;
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
