/**
 * How deep a body may be nested: what JSON.parse reads at any depth, JSON.stringify gives up on, and an answer that
 * echoes it would be lost after it was paid for. Pure.
 */
export const MOST_LEVELS = 1000;

export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((one) => isTooDeep(one, levels - 1));
}
