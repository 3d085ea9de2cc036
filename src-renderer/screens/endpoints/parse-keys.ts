/** Reads keys from pasted text: one a line or separated by commas, blanks or semicolons; `NAME=key` gives a label. Pure. */

export interface PastedKey {
  readonly label: string;
  readonly secret: string;
}

export interface PastedKeys {
  readonly keys: readonly PastedKey[];
  /** How many were there twice. */
  readonly duplicates: number;
}

const NAMED = /^(?:export\s+)?([A-Za-z_][\w .-]{0,118}?)\s*[=:]\s*(\S.*)$/;

export function parseKeys(text: string): PastedKeys {
  const seen = new Set<string>();
  const keys: PastedKey[] = [];
  let duplicates = 0;
  for (const { label, secret } of text.split(/\r?\n/).flatMap(keysOfLine)) {
    if (seen.has(secret)) {
      duplicates += 1;
    } else {
      seen.add(secret);
      keys.push({ label, secret });
    }
  }
  return { keys, duplicates };
}

function keysOfLine(line: string): readonly PastedKey[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) {
    return [];
  }
  const named = NAMED.exec(text);
  const label = named?.[1] ?? '';
  const secrets = (named?.[2] ?? text)
    .split(/[\s,;]+/)
    .map(unquote)
    .filter((secret) => secret !== '');
  const distinct = [...new Set(secrets)];
  return secrets.map((secret) => ({
    label: label === '' || distinct.length === 1 ? label : `${label} ${distinct.indexOf(secret) + 1}`,
    secret,
  }));
}

function unquote(text: string): string {
  return text.replace(/^["'`]+|["'`]+$/g, '');
}

/** The last four characters, as the table shows them; a short key shows none. */
export function tailOf(secret: string): string {
  return secret.length < 12 ? '' : secret.slice(-4);
}
