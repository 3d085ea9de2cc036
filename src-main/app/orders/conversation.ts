/**
 * A conversation with a model that edits: what was asked and answered before, as a row of the studio names it. A row
 * names results by id; the order carries their files and the model's own turns.
 */
import { z } from 'zod';
import type { Store } from '../../store/store';
import type { OrderTurn } from '../../transport/order';

/** The field of a dataset's row that holds a `History` as JSON. */
export const HISTORY_FIELD = 'brushfleet:history';

export const historySchema = z.array(
  z.object({
    prompt: z.string(),
    /** Absolute paths. */
    inputs: z.array(z.string()),
    resultId: z.number().int(),
  }),
);
/** Oldest first; the last answer is the picture that is edited now. */
export type History = z.infer<typeof historySchema>;

/** Empty where there is no conversation, or part of it is gone: the picture is then an input without a history. */
export async function conversationIn(
  store: Pick<Store, 'result' | 'resultTurn'>,
  fields: Readonly<Record<string, string>>,
): Promise<readonly OrderTurn[]> {
  const text = fields[HISTORY_FIELD];
  const parsed = text === undefined ? null : historySchema.safeParse(jsonOf(text));
  if (parsed?.success !== true) {
    return [];
  }
  const turns = await Promise.all(
    parsed.data.map(async ({ prompt, inputs, resultId }): Promise<OrderTurn | null> => {
      const [found, turn] = await Promise.all([store.result(resultId), store.resultTurn(resultId)]);
      return found === null || turn === null ? null : { prompt, inputs, answer: found.path, turn };
    }),
  );
  return turns.every((turn) => turn !== null) ? turns : [];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
