/** Blind comparisons: what may be compared, pairs as the page may see them, choices, and who won how often. */
import { outcomeOf } from '@shared/arena-figures';
import { imageReferences } from '@shared/columns';
import { inputUrl, pairUrl } from '@shared/media-url';
import {
  type Arena,
  type ArenaChoice,
  type ArenaKind,
  arenaKindSchema,
  type ArenaOffers,
  type ArenaOutcome,
  type ArenaPair,
  type ArenaSource,
  type Contender,
  type OwnChoice,
} from '@shared/model/arena';
import { Refusal } from '../../refusal';
import type { ArenaPicture, ArenaResult, StoredArena, StoredArenaPair } from '../../store/arena-store';
import type { Store } from '../../store/store';
import { instructionOf } from '../orders/job-instruction';
import { plainRow } from '../orders/plain-row';
import { pairUp, type PairedUp, type PairingRules } from './pair-up';
import { pickedResults, whyNoPairs } from './picked-results';

export interface ArenasOptions {
  readonly store: Pick<
    Store,
    | 'arenaResults'
    | 'arenaResultsOf'
    | 'createArena'
    | 'arenas'
    | 'arena'
    | 'setArenaRemoved'
    | 'arenaPair'
    | 'arenaPairFrom'
    | 'chooseArenaPair'
    | 'takeArenaChoiceBack'
    | 'arenaChoices'
    | 'run'
    | 'job'
    | 'rowsAt'
    // Of results chosen in the gallery.
    | 'selectionIds'
    | 'jobsById'
    | 'jobsAfter'
    | 'dataset'
    | 'reviewQueue'
    | 'counts'
    | 'answersOf'
    | 'usagesOf'
  >;
  /** From 0 up to, but never, 1. */
  random(): number;
}

type CreateArena = ArenaSource & { readonly kind: ArenaKind; readonly name?: string | undefined };

/** What is compared, before it is paired up. */
interface Pool extends Pick<PairingRules, 'answered'> {
  readonly results: readonly ArenaResult[];
  readonly runNames: ReadonlyMap<number, string>;
  /** Where no two of them can be compared. */
  why(): string;
}

const NO_TWO_ANSWERS =
  'No row here has results of two models, runs or endpoints. Send the same rows to another model, or with another instruction, and compare the two.';
const WORDS: Readonly<Record<ArenaKind, string>> = { model: 'models', run: 'runs', endpoint: 'endpoints' };

export function createArenas({ store, random }: ArenasOptions) {
  async function found(arenaId: number): Promise<StoredArena> {
    const arena = await store.arena(arenaId);
    if (arena === null) {
      throw new Refusal('NOT_FOUND', 'That arena is no longer in the library.');
    }
    return arena;
  }

  async function pairFound(pairId: number): Promise<StoredArenaPair> {
    const pair = await store.arenaPair(pairId);
    if (pair === null) {
      throw new Refusal('NOT_FOUND', 'A picture of this pair is no longer in the library.');
    }
    return pair;
  }

  async function poolOf(source: ArenaSource): Promise<Pool> {
    if ('selection' in source) {
      const picked = await pickedResults(store, source.selection);
      return { ...picked, why: () => whyNoPairs(picked) };
    }
    const results = await store.arenaResults(source.runIds);
    return { results, runNames: await runNames(source.runIds), why: () => NO_TWO_ANSWERS };
  }

  function paired({ results, runNames: names, answered }: Pool, kind: ArenaKind): PairedUp {
    const runName = (runId: number) => names.get(runId) ?? `Run ${runId}`;
    return pairUp(results, { kind, random, runName, ...(answered === undefined ? {} : { answered }) });
  }

  async function runNames(runIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const runs = await Promise.all(runIds.map((runId) => store.run(runId)));
    return new Map(runs.flatMap((run) => (run === null ? [] : [[run.id, run.name] as const])));
  }

  async function offers(source: ArenaSource): Promise<ArenaOffers> {
    const pool = await poolOf(source);
    const found = arenaKindSchema.options.flatMap((kind) => {
      const { sides, pairs } = paired(pool, kind);
      const seen = new Set(pairs.flatMap(({ left, right }) => [left.side, right.side]));
      // Of many chosen results, most sides may stand against nobody.
      const shown = 'selection' in source ? sides.filter(({ side }) => seen.has(side)) : sides;
      return pairs.length === 0 ? [] : [{ kind, sides: [...shown], pairs: pairs.length }];
    });
    return found.length === 0 ? { offers: [], why: pool.why() } : { offers: found };
  }

  async function create(asked: CreateArena): Promise<Arena> {
    const pool = await poolOf(asked);
    const { kind } = asked;
    const { sides, pairs } = paired(pool, kind);
    if (pairs.length === 0) {
      const isChosen = 'selection' in asked;
      throw new Refusal(
        'BAD_INPUT',
        isChosen ? pool.why() : `No row has results of two ${WORDS[kind]} to compare.`,
      );
    }
    const name = asked.name === undefined || asked.name === '' ? nameOf(kind, pool) : asked.name;
    const labels = sides.map(({ label }) => label);
    const runIds = [...pool.runNames.keys()];
    return view(await found(await store.createArena({ name, kind, runIds, sides: labels, pairs })));
  }

  /** What a job was asked, and over what. */
  async function orderOf(jobId: number) {
    const job = await store.job(jobId);
    const run = job === null ? null : await store.run(job.runId);
    const [row] = job === null || run === null ? [] : await store.rowsAt(run.datasetId, [job.row]);
    const fields = row?.fields ?? {};
    const plain = run === null ? null : plainRow(run, fields);
    const instruction = plain === null || job === null ? '' : instructionOf(plain.recipe, job, plain.fields);
    return { job, run, fields, instruction };
  }

  async function pairView(pair: StoredArenaPair): Promise<ArenaPair> {
    // Always the same one's source: it must not tell where that one sits.
    const [one, other] = pair.left.side < pair.right.side ? [pair.left, pair.right] : [pair.right, pair.left];
    const { job, run, fields, instruction } = await orderOf(one.jobId);
    const { imageColumns = [] } = run?.recipe ?? {};
    // Where the two were asked for different things, whoever reads one of them knows whose picture it is.
    const isShared = instruction === (await orderOf(other.jobId)).instruction;
    const inputs = run?.recipe.task === 'edit' ? imageReferences(fields, imageColumns) : [];
    return {
      id: pair.id,
      place: pair.place,
      instruction: isShared ? instruction : '',
      sources: inputs.map((_, place) =>
        inputUrl('view', { datasetId: run?.datasetId ?? 0, row: job?.row ?? 0, place, imageColumns }),
      ),
      left: pairUrl(pair.id, 'left'),
      right: pairUrl(pair.id, 'right'),
      ...(pair.choice === null ? {} : { choice: pair.choice }),
    };
  }

  return {
    offers,
    create,
    list: async (): Promise<Arena[]> => (await store.arenas()).map(view),
    get: async (arenaId: number): Promise<Arena> => view(await found(arenaId)),
    async pair(arenaId: number, from: number, any: boolean): Promise<ArenaPair | null> {
      const pair = await store.arenaPairFrom((await found(arenaId)).id, from, any);
      return pair === null ? null : pairView(pair);
    },
    async choose(pairId: number, choice: ArenaChoice | null): Promise<ArenaChoice | null> {
      await pairFound(pairId);
      return store.chooseArenaPair(pairId, choice);
    },
    async undo(arenaId: number, own?: OwnChoice): Promise<ArenaPair | null> {
      const pair = await store.takeArenaChoiceBack((await found(arenaId)).id, own);
      return pair === null ? null : pairView(pair);
    },
    async outcome(arenaId: number): Promise<ArenaOutcome> {
      const { sides } = await found(arenaId);
      const pairs = await store.arenaChoices(arenaId);
      return outcomeOf(
        pairs.flatMap(({ left, right, choice }) =>
          choice === null ? [] : { left: contender(left, sides), right: contender(right, sides), choice },
        ),
      );
    },
    remove: (arenaId: number): Promise<void> => store.setArenaRemoved(arenaId, true),
    restore: (arenaId: number): Promise<void> => store.setArenaRemoved(arenaId, false),
    /** Absolute path of a picture of a pair; null: it is gone. */
    async pictureOf(pairId: number, side: 'left' | 'right'): Promise<string | null> {
      return (await store.arenaPair(pairId))?.[side].path ?? null;
    },
  };
}

function contender({ side, model, endpointName }: ArenaPicture, sides: readonly string[]): Contender {
  return { side: sides[side] ?? `Side ${side + 1}`, model, endpoint: endpointName };
}

function nameOf(kind: ArenaKind, { runNames }: Pool): string {
  return `${[...runNames.values()].slice(0, 3).join(' / ')}: ${WORDS[kind]}`.slice(0, 200);
}

function view({ id, name, kind, runIds, createdAt, pairs, decided }: StoredArena): Arena {
  return { id, name, kind, runIds: [...runIds], createdAt, pairs, decided };
}
