import type { EndpointView } from '@shared/contract';
import type { Endpoint } from '@shared/model/endpoint';
import { expect, it } from 'vitest';
import { createFakeBackend } from '../testing/fake-backend';
import { memoryStorage } from '../testing/render-app';
import { createAppModel } from './app-model';
import { select, setFilter } from './ui-store';

it('keeps what a call answered when what was told before it still waits for its frame', async () => {
  const backend = createFakeBackend('full', false);
  const model = createAppModel(backend, memoryStorage());
  const stop = model.start();
  await expect.poll(() => model.live.getState().endpoints.length).toBeGreaterThan(0);
  const present = () => model.live.getState().endpoints;
  const [first, ...others] = present();
  const changed = (view: EndpointView | undefined, change: Partial<Endpoint>): EndpointView => {
    if (view === undefined) {
      throw new Error('the scene has two endpoints');
    }
    return { ...view, endpoint: { ...view.endpoint, ...change } };
  };
  const renamed = changed(others[0], { name: 'By another' });
  backend.tell({ kind: 'endpoints', endpoints: [changed(first, {}), renamed, ...others.slice(1)] });
  // It has come, and is not shown yet.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const answer = changed(first, { enabled: false });
  model.accept(() => ({ kind: 'endpoints', endpoints: [answer, ...present().slice(1)] }));
  const shown = () =>
    present()
      .slice(0, 2)
      .map(({ endpoint: { enabled, name } }) => [enabled, name]);
  const both = [
    [false, first?.endpoint.name],
    [renamed.endpoint.enabled, 'By another'],
  ];
  expect(shown()).toEqual(both);
  // What is told later is shown later: by then the earlier one was, too.
  backend.tell({ kind: 'runRemoved', runId: 1 });
  await expect.poll(() => model.live.getState().runs.has(1)).toBe(false);
  expect(shown()).toEqual(both);
  stop();
});

it('keeps the selection of a run on its job, though others come in before it behind the filter', async () => {
  const backend = createFakeBackend('full', false);
  const model = createAppModel(backend, memoryStorage());
  const done = { kind: 'state', state: 'done' } as const;
  setFilter(model.ui, 2, done);
  const pages = model.runJobs(2, done);
  pages.refresh();
  await expect.poll(() => pages.tileAt(9)).toBeDefined();
  const looked = pages.tileAt(9);
  select(model.ui, 2, 9);
  const jobs = backend.runs.get(2)?.jobs ?? [];
  const late = jobs.findIndex(({ state }) => state === 'failed');
  const job = jobs[late];
  if (job === undefined || looked === undefined || late > looked.position) {
    throw new Error('the scene has no failure so early');
  }
  jobs[late] = { ...job, state: 'done' };
  pages.refresh();
  await expect.poll(() => model.ui.getState().selected.get(2)).toBe(10);
  expect(pages.tileAt(10)?.id).toBe(looked.id);
  // Another filter has places of its own.
  setFilter(model.ui, 2, { kind: 'all' });
  select(model.ui, 2, 3);
  jobs[late] = job;
  pages.refresh();
  await expect.poll(() => pages.tileAt(9)?.id).toBe(looked.id);
  expect(model.ui.getState().selected.get(2)).toBe(3);
});
