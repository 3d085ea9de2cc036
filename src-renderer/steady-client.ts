/**
 * A client whose parts stay the same objects: oRPC makes another one each time a property is read, and an effect that
 * depends on such a part would run after every render, fetch again, and put old answers over new ones.
 */
export function steadyClient<T extends object>(client: T): T {
  const parts = new Map<string, unknown>();
  return new Proxy(client, {
    get(target, key) {
      if (typeof key !== 'string') {
        return Reflect.get(target, key) as unknown;
      }
      if (!parts.has(key)) {
        const part: unknown = Reflect.get(target, key);
        parts.set(key, isPart(part) ? steadyClient(part) : part);
      }
      return parts.get(key);
    },
  });
}

function isPart(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
