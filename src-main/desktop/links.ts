/** The pages the window may open in a browser: https, on a provider's own host, without credentials. */
const HOSTS = new Set([
  'ai.google.dev',
  'aistudio.google.com',
  'console.cloud.google.com',
  'platform.openai.com',
  'openai.com',
  'help.openai.com',
]);

export function isOwnLink(url: string): boolean {
  if (!URL.canParse(url)) {
    return false;
  }
  const parsed = new URL(url);
  return (
    parsed.protocol === 'https:' &&
    HOSTS.has(parsed.hostname) &&
    parsed.port === '' &&
    parsed.username === '' &&
    parsed.password === ''
  );
}
