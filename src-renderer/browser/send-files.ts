/** Files go to the service in one form; it answers what the page may call them. */
import type { Grant } from '@shared/contract';

/** `asFolder`: one grant for the folder they were in. */
export async function sendFiles(files: readonly File[], asFolder: boolean): Promise<readonly Grant[]> {
  const form = new FormData();
  for (const file of files) {
    form.append('file', file, asFolder ? file.webkitRelativePath || file.name : file.name);
  }
  const answer = await fetch(`/app/files${asFolder ? '?folder=1' : ''}`, { method: 'POST', body: form });
  const body: unknown = await answer.json();
  if (!answer.ok) {
    throw new Error(sentenceIn(body));
  }
  return Array.isArray(body) ? body.filter(isGrant) : [];
}

function sentenceIn(body: unknown): string {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
    ? body.error
    : 'The files could not be sent to Brushfleet: try again.';
}

function isGrant(value: unknown): value is Grant {
  return typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string';
}
