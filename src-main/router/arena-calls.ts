/** Blind comparisons. */
import type { App } from '../app';
import type { Calls } from './calls';
import type { Shell } from './shell';

export function arenaCalls(os: Calls, app: App, _shell: Shell) {
  const { arenas } = app;
  return {
    list: os.arena.list.handler(() => arenas.list()),
    offers: os.arena.offers.handler(({ input }) => arenas.offers(input)),
    create: os.arena.create.handler(({ input }) => arenas.create(input)),
    get: os.arena.get.handler(({ input }) => arenas.get(input.arenaId)),
    pair: os.arena.pair.handler(({ input }) => arenas.pair(input.arenaId, input.from, input.any)),
    choose: os.arena.choose.handler(({ input }) => arenas.choose(input.pairId, input.choice)),
    undo: os.arena.undo.handler(({ input }) => arenas.undo(input.arenaId, input.own)),
    outcome: os.arena.outcome.handler(({ input }) => arenas.outcome(input.arenaId)),
    remove: os.arena.remove.handler(({ input }) => arenas.remove(input.arenaId)),
    restore: os.arena.restore.handler(({ input }) => arenas.restore(input.arenaId)),
  };
}
