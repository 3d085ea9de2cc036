/** What a batch answers: in the documented shape, or in that of the earlier service. Pure. */
import type { Planned, Sent } from '../send-wish';
import { toldFailure } from '../send-wish';

export type ListShape = (body: unknown, items: readonly Planned[], sent: readonly Sent[]) => unknown;

export const batchShape: ListShape = (_body, items, sent) => {
  const results = sent.map((one, index) => ({
    ...(one.kind === 'done' ? one.told : toldFailure(one.problem, items[index]?.wish.echo ?? {})),
    index,
  }));
  const successful = sent.filter(({ kind }) => kind === 'done').length;
  return {
    results,
    total_requests: sent.length,
    successful_requests: successful,
    failed_requests: sent.length - successful,
  };
};

interface TasksBody {
  readonly tasks: readonly { readonly task_id: string | number; readonly output_filename?: string | null }[];
  readonly external_semaphore_id?: string | null;
}

export const aliasShape: ListShape = (body, items, sent) => {
  const { tasks, external_semaphore_id: semaphoreId = null } = body as TasksBody;
  const results = sent.map((one, at) => ({
    task_id: tasks[at]?.task_id ?? at,
    success: one.kind === 'done',
    data: one.kind === 'done' ? dataOf(items[at], one.told) : null,
    output_filename: tasks[at]?.output_filename ?? null,
    error: one.kind === 'done' ? null : one.problem.message,
    response_time: one.kind === 'done' ? one.seconds : null,
    ...(one.kind === 'done' ? besideOf(one.told) : {}),
  }));
  const successful = results.filter(({ success }) => success);
  const failed = results.filter(({ success }) => !success);
  return {
    total_tasks: results.length,
    successful_count: successful.length,
    failed_count: failed.length,
    successful_results: successful,
    failed_results: failed,
    external_semaphore_used: semaphoreId !== null,
    semaphore_id: semaphoreId,
  };
};

/** Further candidates and a cut; the earlier service told of neither. */
function besideOf({ candidates, finish }: Readonly<Record<string, unknown>>): object {
  return { ...(candidates === undefined ? {} : { candidates }), ...(finish === undefined ? {} : { finish }) };
}

function dataOf(item: Planned | undefined, told: Readonly<Record<string, unknown>>): unknown {
  return item?.wish.kind === 'chat' ? told['response'] : told['data'];
}
