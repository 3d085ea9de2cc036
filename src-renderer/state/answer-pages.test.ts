import type { AnswerRow } from '@shared/model/text';
import { expect, it } from 'vitest';
import { createFakeBackend } from '../testing/fake-backend';
import { ANSWERS_PAGE, createAnswerPages } from './answer-pages';

const rowOf = (jobId: number): AnswerRow => ({
  jobId,
  runId: 1,
  row: jobId,
  index: jobId,
  model: 'm',
  state: 'done',
  prompt: '',
  fields: {},
});

it('keeps what is looked at on its row, though others come in before it', async () => {
  const { client } = createFakeBackend('done', false);
  let found = [2, 3, 5];
  client.text.answers = async () => ({ total: found.length, answers: found.map(rowOf) });
  let place: number | undefined;
  const looked = { place: () => place, move: (offset: number) => (place = offset) };
  const pages = createAnswerPages(client, { runId: 1, query: { state: 'done' }, looked });
  pages.ensure(0, 10);
  await expect.poll(() => pages.rowAt(1)?.jobId).toBe(3);
  place = 1;
  found = [1, 2, 3, 4, 5];
  pages.refresh();
  await expect.poll(() => pages.store.getState().total).toBe(5);
  expect(place).toBe(2);
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Answers that come and go; one of them is looked at. */
async function opened(count: number) {
  const { client } = createFakeBackend('done', false);
  const list = Array.from({ length: count }, (_, at) => at + 1);
  const asked: number[] = [];
  client.text.answers = async ({ offset, limit }) => {
    asked.push(offset);
    return { total: list.length, answers: list.slice(offset, offset + limit).map(rowOf) };
  };
  let place: number | undefined;
  const looked = { place: () => place, move: (offset: number) => (place = offset) };
  const pages = createAnswerPages(client, { runId: 1, query: { state: 'done' }, looked });
  pages.ensure(0, 10);
  await settled();
  return { pages, list, asked, look: (offset: number) => (place = offset), place: () => place };
}

it('keeps and follows the selected answer, though its page is out of view', async () => {
  const { pages, list, look, place } = await opened(500);
  look(20);
  pages.ensure(300, 310);
  await settled();
  list.unshift(1000);
  const rows = new Set<number | undefined>();
  pages.store.subscribe(() => queueMicrotask(() => rows.add(pages.rowAt(place() ?? 0)?.jobId)));
  pages.refresh();
  await settled();
  expect(place()).toBe(21);
  expect([...rows]).toEqual([21]);
  expect(pages.rowAt(300)?.jobId).toBe(300);
});

it('follows the selected answer onto the next page', async () => {
  const { pages, list, look, place } = await opened(500);
  look(ANSWERS_PAGE - 1);
  list.unshift(1000);
  pages.refresh();
  await settled();
  expect(place()).toBe(ANSWERS_PAGE);
  expect(pages.rowAt(ANSWERS_PAGE)?.jobId).toBe(ANSWERS_PAGE);
});

it('fetches a page twice as it is opened and at once fetched again, not three times', async () => {
  const { pages, asked } = await opened(500);
  asked.length = 0;
  pages.ensure(200, 210);
  pages.refresh();
  await settled();
  expect(asked).toEqual([200, 200]);
  expect(pages.rowAt(200)?.jobId).toBe(201);
});

it('shows what came into view while the rest was fetched again', async () => {
  const { pages } = await opened(500);
  pages.ensure(200, 210);
  await settled();
  pages.ensure(0, 10);
  pages.refresh();
  pages.ensure(200, 210);
  await settled();
  expect(pages.rowAt(200)?.jobId).toBe(201);
});
