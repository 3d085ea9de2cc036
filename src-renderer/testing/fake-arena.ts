/** Arenas in memory: three pairs of every one, whose sides nobody is told. */
import type { Arena, ArenaChoice, ArenaKind, ArenaOffer, ArenaPair } from '@shared/model/arena';
import { outcomeOf } from '@shared/arena-figures';
import type { Client } from '../api';
import type { World } from './fake-backend';
import { notFound } from './fake-backend';
import { figureUrl } from './fake-pictures';

const SIDES = ['gemini-nano-banana-2.1', 'gpt-image-2'] as const;
const PAIRS = 6;

const offerOf = (kind: ArenaKind, labels: readonly string[]): ArenaOffer => ({
  kind,
  pairs: PAIRS,
  sides: labels.map((label, side) => ({ side, label, results: PAIRS })),
});

export function arenaCalls(world: World): Client['arena'] {
  const arenas = new Map<number, Arena & { isRemoved: boolean }>();
  const choices = new Map<number, ArenaChoice>();
  const isLeftFirst = (pairId: number): boolean => pairId % 3 !== 0;
  const found = (arenaId: number) => arenas.get(arenaId) ?? notFound();
  const idsOf = (arenaId: number) => Array.from({ length: PAIRS }, (_, place) => arenaId * 100 + place);
  const view = (held: Arena & { isRemoved: boolean }): Arena => {
    const { isRemoved: _, ...arena } = held;
    return { ...arena, decided: idsOf(arena.id).filter((id) => choices.has(id)).length };
  };
  const pairView = (id: number): ArenaPair => {
    const place = id % 100;
    const choice = choices.get(id);
    return {
      id,
      place,
      instruction: `Add a red hat to row ${place}, keep the background`,
      sources: [figureUrl(place, false)],
      left: `${figureUrl(place + 40, false)}#left`,
      right: `${figureUrl(place + 80, false)}#right`,
      ...(choice === undefined ? {} : { choice }),
    };
  };
  return {
    list: async () => [...arenas.values()].filter(({ isRemoved }) => !isRemoved).map(view),
    offers: async (source) => {
      if ('selection' in source) {
        const { selection } = source;
        const isOne = selection.kind === 'ids' && selection.jobIds.length === 1;
        return isOne
          ? {
              offers: [],
              why: 'Only one picture is selected: select another answer to the same row with it.',
            }
          : { offers: [offerOf('model', SIDES)] };
      }
      const { runIds } = source;
      return {
        offers: [
          runIds.length > 1
            ? offerOf(
                'run',
                runIds.map((id) => `Run ${id}`),
              )
            : offerOf('model', SIDES),
        ],
      };
    },
    create: async ({ kind, name, ...source }) => {
      const runIds = 'selection' in source ? [...world.runs.keys()].slice(0, 2) : source.runIds;
      const id = arenas.size + 1;
      const run = world.runs.get(runIds[0] ?? 0)?.run.name ?? 'run';
      arenas.set(id, {
        id,
        name: name ?? `${run}: ${kind}s`,
        kind,
        runIds,
        createdAt: Date.UTC(2026, 10, 21, 12),
        pairs: PAIRS,
        decided: 0,
        isRemoved: false,
      });
      return view(found(id));
    },
    get: async ({ arenaId }) => view(found(arenaId)),
    pair: async ({ arenaId, from, any }) => {
      found(arenaId);
      const place = idsOf(arenaId).findIndex((id, at) => at >= from && (any || !choices.has(id)));
      return place < 0 ? null : pairView(arenaId * 100 + place);
    },
    undo: async ({ arenaId, own }) => {
      found(arenaId);
      const last = own?.pairId ?? [...choices.keys()].findLast((id) => idsOf(arenaId).includes(id));
      if (last === undefined) {
        return null;
      }
      choices.delete(last);
      if (own !== undefined && own.before !== null) {
        choices.set(last, own.before);
      }
      return pairView(last);
    },
    choose: async ({ pairId, choice }) => {
      const before = choices.get(pairId) ?? null;
      // The last choice stands last.
      choices.delete(pairId);
      if (choice !== null) {
        choices.set(pairId, choice);
      }
      return before;
    },
    outcome: async ({ arenaId }) => {
      const contender = (side: string) => ({ side, model: side, endpoint: 'Relay Frankfurt' });
      return outcomeOf(
        idsOf(arenaId).flatMap((id) => {
          const choice = choices.get(id);
          const [left, right] = isLeftFirst(id) ? SIDES : [SIDES[1], SIDES[0]];
          return choice === undefined ? [] : { left: contender(left), right: contender(right), choice };
        }),
      );
    },
    remove: async ({ arenaId }) => void (found(arenaId).isRemoved = true),
    restore: async ({ arenaId }) => void (found(arenaId).isRemoved = false),
  };
}
