/** What was said before a node: a model that remembers is given its own answers back as its turns. */
import { imageReferences } from '@shared/columns';
import { PROVIDER_TRAITS } from '@shared/model/provider';
import type { ModelChoice } from '@shared/model/run';
import type { Store } from '../../store/store';
import type { StoredNode } from '../../store/studio/studio-store';
import { type History, HISTORY_FIELD, historySchema } from '../orders/conversation';

/** Fields of a request's one row. */
export const INSTRUCTION_FIELD = 'instruction';

type HistoryStore = Pick<Store, 'run' | 'rows' | 'result' | 'resultTurn'>;

/**
 * From the first turn to `node`'s answer, as far back as the conversation goes; null: none can go on from it, because
 * another model or provider made it, because what it shows is a composite that no model has drawn, or because a turn
 * of it was not kept.
 */
export async function historyOf(
  store: HistoryStore,
  node: StoredNode,
  model: ModelChoice,
): Promise<History | null> {
  const { origin, job, outcome } = node;
  if (
    origin.kind !== 'result' ||
    job === null ||
    job.result === null ||
    outcome?.locked !== undefined ||
    !PROVIDER_TRAITS[model.provider].keepsTurns ||
    origin.ask.model.provider !== model.provider ||
    origin.ask.model.model !== model.model
  ) {
    return null;
  }
  const run = await store.run(job.runId);
  const [row] = run === null ? [] : await store.rows(run.datasetId, 0, 1);
  const prompt = row?.fields[INSTRUCTION_FIELD];
  if (run === null || row === undefined || prompt === undefined) {
    return null;
  }
  const before = earlierTurns(row.fields[HISTORY_FIELD]);
  const last = before.at(-1);
  const answer = last === undefined ? null : ((await store.result(last.resultId))?.path ?? null);
  const inputs =
    run.recipe.task === 'edit'
      ? imageReferences(row.fields, run.recipe.imageColumns).filter((input) => input !== answer)
      : [];
  const history = [...before, { prompt, inputs, resultId: job.result.id }];
  return (await isWhole(store, history)) ? history : null;
}

/** A conversation with a hole is sent as none at all: then the node must not say that it went on. */
async function isWhole(store: HistoryStore, history: History): Promise<boolean> {
  const turns = await Promise.all(
    history.map(async ({ resultId }) => {
      const [found, turn] = await Promise.all([store.result(resultId), store.resultTurn(resultId)]);
      return found !== null && turn !== null;
    }),
  );
  return turns.every(Boolean);
}

function earlierTurns(text: string | undefined): History {
  if (text === undefined) {
    return [];
  }
  const parsed = historySchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : [];
}
