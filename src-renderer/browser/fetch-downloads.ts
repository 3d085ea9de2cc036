/** What a call made to be kept: the browser saves it where it saves everything. */
import type { CallName } from '@shared/contract';

/** Calls after which there may be files. */
export const SAVING_CALLS: ReadonlySet<string> = new Set<CallName>([
  'runs.export',
  'pictures.export',
  'pictures.saveAs',
  'presets.export',
  'studio.exportTree',
  'text.saveAnswer',
]);

export async function fetchDownloads(page: Document, callId: string): Promise<void> {
  const answer = await fetch(`/app/downloads?call=${encodeURIComponent(callId)}`);
  const offers: unknown = answer.ok ? await answer.json() : [];
  for (const offer of Array.isArray(offers) ? offers : []) {
    if (isOffer(offer)) {
      saveFile(page, `/app/downloads/${encodeURIComponent(offer.id)}`, offer.name);
    }
  }
}

/** Without a name: that which the service gives it. */
export function saveFile(page: Document, address: string, name = ''): void {
  const link = page.createElement('a');
  link.href = address;
  link.download = name;
  link.hidden = true;
  page.body.append(link);
  link.click();
  link.remove();
}

function isOffer(value: unknown): value is { readonly id: string; readonly name: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}
