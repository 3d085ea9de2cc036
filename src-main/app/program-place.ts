/**
 * A program's place in an app: the keys it lent serve its sessions alone, beside all others that use the same library.
 * The program may be this process's own, or one that came in over the local door.
 */
import { isDemoModel } from '@shared/demo';
import type { Endpoint, KeyState } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { Provider } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import type { TextResult } from '@shared/model/text';
import { defaultModel } from '@shared/resolve-model';
import type { App } from '../app';
import type { Secret } from '../providers/secret';
import { PROGRAM } from './sessions/asked-jobs';
import { LOST } from './sessions/answer-of';
import type { Session } from './sessions/session';

/** What became of a request, as far as a program is told. */
export type ProgramAnswer =
  | { readonly kind: 'text'; readonly answer: TextResult }
  | { readonly kind: 'picture' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled' };

/** A key as programs are told of it. */
export interface KeyStanding {
  readonly status: string;
  readonly tail: string;
  readonly exhausted_count: number;
  readonly total_exhausted_count: number;
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
}
export type KeyStandings = Readonly<Record<string, KeyStanding>>;

export interface PlaceRequest {
  /** Whose the keys are; no other has this name. */
  readonly borrower: string;
  readonly provider: Provider;
  /** Absent: the catalogue's current text model. */
  readonly model?: string | undefined;
  /** Those of its environment; null: the library's own serve it. */
  readonly fleet: {
    readonly endpoints: readonly Endpoint[];
    readonly keys: readonly {
      readonly id: string;
      readonly label: string;
      readonly secret: Secret;
      readonly endpointIds: readonly string[];
    }[];
  } | null;
}

export interface PlaceSession {
  /** Among the program's own; one of the same name goes on in the same run. */
  readonly name: string;
  readonly concurrency: number;
  readonly maxRetries: number;
}

export interface ProgramPlace {
  readonly kind: 'ok';
  readonly model: ModelChoice;
  open(session: PlaceSession): Promise<Session>;
  keyStatus(): KeyStandings;
  /** What it lent serves nobody any more. */
  leave(): void;
}

/** Sessions of one library have names that differ, and the same ones from one start of a program to the next. */
const taken = new WeakMap<App, Set<number>>();

export async function programPlace(
  app: App,
  request: PlaceRequest,
): Promise<ProgramPlace | { readonly kind: 'refused'; readonly sentence: string }> {
  const { borrower, provider, fleet } = request;
  const named = request.model ?? defaultModel(app.models.list(), provider, 'text')?.id;
  if (named === undefined) {
    return refused(`the catalogue has no current text model of ${provider}: name one as \`model\`.`);
  }
  const model = { provider, model: named };
  const endpointIds = fleet === null ? null : await app.fleet.lend(borrower, fleet);
  if (endpointIds === null && app.fleet.endpointsFor([model]).length === 0) {
    return refused(
      'No valid API keys found: set GEMINI_API_KEY or OPENAI_API_KEY, or add an endpoint to the library.',
    );
  }
  const vault = app.vault.status();
  if (endpointIds === null && vault.kind === 'passphrase' && vault.locked && !isDemoModel(model)) {
    return refused(LOCKED);
  }
  const number = freeNumber(app);
  return {
    kind: 'ok',
    model,
    open: ({ name, concurrency, maxRetries }) =>
      app.sessions.open({
        name: `${PROGRAM}${number} ${name}`,
        concurrency,
        maxRetries,
        roots: 'all',
        leftovers: 'cancel',
        ...(endpointIds === null ? {} : { borrower, endpointIds }),
      }),
    keyStatus: () => statusOf(endpointIds === null ? ownKeys(app, model) : app.fleet.lentKeys(borrower)),
    leave() {
      if (endpointIds !== null) {
        app.fleet.takeBack(borrower);
      }
      taken.get(app)?.delete(number);
    },
  };
}

const LOCKED =
  'The keys of this library are behind a passphrase: set BRUSHFLEET_PASSPHRASE to the right one, or unlock them in the window that has it open.';

function refused(sentence: string) {
  return { kind: 'refused', sentence } as const;
}

function freeNumber(app: App): number {
  const numbers = taken.get(app) ?? new Set();
  taken.set(app, numbers);
  let number = 1;
  while (numbers.has(number)) {
    number += 1;
  }
  numbers.add(number);
  return number;
}

/**
 * What became of requests whose asker heard no more, because the process that sent them died. Those that never left are
 * cancelled, and absent here: they may be asked anew.
 */
export async function endsOf(
  { store }: Pick<App, 'store'>,
  jobIds: readonly number[],
): Promise<ReadonlyMap<number, ProgramAnswer>> {
  const pending = new Map<number, number[]>();
  for (const { id, runId, state } of await store.jobsById(jobIds)) {
    if (state === 'pending') {
      pending.set(runId, [...(pending.get(runId) ?? []), id]);
    }
  }
  for (const [runId, ids] of pending) {
    await store.cancelPendingJobs(runId, ids);
  }
  const [jobs, answers] = await Promise.all([store.jobsById(jobIds), store.answersOf(jobIds)]);
  return new Map(
    jobs.flatMap(({ id, state, failure }): [number, ProgramAnswer][] => {
      const answer = answers.get(id);
      if (state === 'cancelled') {
        return [];
      }
      return state === 'done' && answer !== undefined
        ? [[id, { kind: 'text', answer }]]
        : [[id, { kind: 'failed', failure: failure ?? LOST }]];
    }),
  );
}

interface NamedKey {
  readonly id: string;
  readonly label: string;
  readonly tail: string;
  readonly state: KeyState;
}

function ownKeys(app: App, model: ModelChoice): readonly NamedKey[] {
  const serving = app.fleet.endpointsFor([model]);
  const keys = app.fleet
    .views()
    .filter(({ endpoint }) => serving.includes(endpoint.id))
    .flatMap((view) => view.keys);
  return [...new Map(keys.map((key) => [key.id, key] as const)).values()];
}

/** By label; of two with one label by their ids, too: no two are told as one. */
function statusOf(keys: readonly NamedKey[]): KeyStandings {
  const labels = new Map<string, number>();
  keys.forEach(({ label }) => labels.set(label, (labels.get(label) ?? 0) + 1));
  return Object.fromEntries(
    keys.map((key) => {
      const { status, until, strikes = 0, exhausted = 0 } = key.state;
      const reason = key.state.reason?.message;
      return [
        labels.get(key.label) === 1 ? key.label : `${key.label} (${key.id})`,
        {
          status,
          tail: key.tail,
          exhausted_count: strikes,
          total_exhausted_count: exhausted,
          ...(reason === undefined ? {} : { reason }),
          ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
        },
      ] as const;
    }),
  );
}
