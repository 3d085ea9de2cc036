/** Whether keys would travel unencrypted over a network. On this computer itself they do not. */
export function sendsInClear(baseUrl: string): boolean {
  const text = baseUrl.trim();
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
  return protocol === 'http:' && !isHere;
}
