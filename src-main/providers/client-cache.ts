/**
 * Keeps built SDK clients: building one costs 40 to 70 ms. Clients hold no key and no socket, so one per address is
 * enough for all keys, and forgetting one needs no closing.
 */

export interface ClientCache<T> {
  /** The client of `address`, built once; the least recently used one goes when there are more than `limit`. */
  get(address: string, build: () => Promise<T>): Promise<T>;
  clear(): void;
}

export function createClientCache<T>(limit = 64): ClientCache<T> {
  const clients = new Map<string, Promise<T>>();

  async function get(address: string, build: () => Promise<T>): Promise<T> {
    const client = clients.get(address) ?? build();
    clients.delete(address);
    clients.set(address, client);
    for (const oldest of clients.keys()) {
      if (clients.size <= limit) {
        break;
      }
      clients.delete(oldest);
    }
    try {
      return await client;
    } catch (error) {
      if (clients.get(address) === client) {
        clients.delete(address);
      }
      throw error;
    }
  }

  return { get, clear: () => clients.clear() };
}
