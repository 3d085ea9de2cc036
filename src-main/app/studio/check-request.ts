/** Whether a request can be sent, told before anything of it is written: one sentence that says what to do. */
import { Refusal } from '../../refusal';
import { dayStart } from '../../engine/runs/budget';
import { askFor } from '../orders/order-book';
import { servingBlockers } from '../runs/run-request';
import type { StudioParts } from './parts';
import type { RequestDraft } from './send';
import { LOCAL_ZONE } from '../local-zone';

type Parts = Pick<StudioParts, 'models' | 'unpriced' | 'endpoints' | 'settings' | 'store' | 'clock'>;

/** Throws a Refusal. */
export async function checkRequest(parts: Parts, { recipe, fields, ask }: RequestDraft): Promise<void> {
  const model = parts.models.find(ask.model);
  if (recipe.task === 'edit' && model?.maxInputImages === 0) {
    throw new Refusal(
      'BAD_INPUT',
      `${ask.model.model} takes no pictures: take them out, or choose another model.`,
      'model',
    );
  }
  if (recipe.task === 't2i' && model !== undefined && !model.tasks.includes('t2i')) {
    throw new Refusal(
      'BAD_INPUT',
      `${ask.model.model} only edits: add a picture, or choose another model.`,
      'model',
    );
  }
  const asked = askFor({
    context: { run: { recipe }, defaultAspectRatio: null },
    row: { row: 0, index: 0, fields },
    choice: ask.model,
    model,
  });
  if ('kind' in asked) {
    throw new Refusal('BAD_INPUT', asked.failure.message.replace(/^The row has/, 'This request has'));
  }
  const [unserved] = servingBlockers(parts.endpoints(), { recipe, options: {} });
  const blocker = unserved ?? parts.unpriced(ask.model, recipe);
  if (blocker !== null) {
    throw new Refusal('BAD_INPUT', blocker, 'model');
  }
  await refuseSpent(parts);
}

/** What is capped a day: the run would only stand still. */
async function refuseSpent({ settings, store, clock }: Parts): Promise<void> {
  const { costUsd, requests } = settings().dayCaps;
  if (costUsd === undefined && requests === undefined) {
    return;
  }
  const spent = await store.spentSince(dayStart(clock.wallNow(), LOCAL_ZONE));
  if (requests !== undefined && spent.requests >= requests) {
    throw new Refusal(
      'BAD_INPUT',
      `Today's cap of ${requests} requests is reached: raise it in Settings, or wait until midnight.`,
    );
  }
  // Without what may have been charged: it holds all that is in flight, which may yet cost less.
  if (costUsd !== undefined && spent.costUsd >= costUsd) {
    throw new Refusal(
      'BAD_INPUT',
      `Today's cap of $${costUsd.toFixed(2)} is reached: raise it in Settings, or wait until midnight.`,
    );
  }
}
