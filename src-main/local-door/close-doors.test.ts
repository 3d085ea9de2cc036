import { expect, it } from 'vitest';
import { closeDoors } from './close-doors';

it('own runs stop while others are still being answered, and the door knows of it before they do', async () => {
  const told: string[] = [];
  let answered = (): void => undefined;
  const callers = new Promise<void>((resolve) => (answered = resolve));
  const closed = closeDoors({
    door: { close: async () => void told.push('door') },
    service: { close: () => callers },
    app: {
      runs: {
        stopAll: async (which) => void told.push(which?.butSessions === true ? 'own runs' : 'all runs'),
      },
    },
  }).then(() => told.push('closed'));
  await Promise.resolve();
  expect(told).toEqual(['door', 'own runs']);
  answered();
  await closed;
  expect(told).toEqual(['door', 'own runs', 'closed']);
});
