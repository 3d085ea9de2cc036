/** What a failed call means to the user: one sentence, and the control it belongs to. */
import { ORPCError } from '@orpc/client';
import { vaultStatusSchema } from '@shared/model/settings';
import type { VaultStatus } from '@shared/model/settings';

export type Refusal =
  | { readonly kind: 'sentence'; readonly sentence: string; readonly field?: string }
  | { readonly kind: 'vault'; readonly status: VaultStatus };

const BUG = 'Something went wrong inside Brushfleet. The log has the details: Settings, Open logs folder.';

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ORPCError)) {
    return { kind: 'sentence', sentence: error instanceof Error ? error.message : BUG };
  }
  if (error.code === 'VAULT') {
    const status = vaultStatusSchema.safeParse(error.data);
    return status.success
      ? { kind: 'vault', status: status.data }
      : { kind: 'sentence', sentence: error.message };
  }
  if (error.code === 'BAD_REQUEST') {
    return badRequest(error.data);
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return { kind: 'sentence', sentence: BUG };
  }
  const field = fieldOf(error.data);
  return { kind: 'sentence', sentence: error.message, ...(field === undefined ? {} : { field }) };
}

/** One sentence for places that have no vault dialog at hand. */
export function sentenceOf(error: unknown): string {
  const refusal = refusalOf(error);
  return refusal.kind === 'vault' ? 'The key vault is locked. Unlock it under Endpoints.' : refusal.sentence;
}

function fieldOf(data: unknown): string | undefined {
  return typeof data === 'object' && data !== null && 'field' in data && typeof data.field === 'string'
    ? data.field
    : undefined;
}

/** A value that the border refused: its path names the control. */
function badRequest(data: unknown): Refusal {
  const issues = typeof data === 'object' && data !== null && 'issues' in data ? data.issues : undefined;
  const first: unknown = Array.isArray(issues) ? issues[0] : undefined;
  if (typeof first !== 'object' || first === null || !('message' in first)) {
    return { kind: 'sentence', sentence: 'A value was refused. Check what you entered.' };
  }
  const path = 'path' in first && Array.isArray(first.path) ? first.path.map(String) : [];
  const field = path.at(-1);
  const sentence = `${field ?? 'A value'} was refused: ${String(first.message)}.`;
  return { kind: 'sentence', sentence, ...(field === undefined ? {} : { field }) };
}
