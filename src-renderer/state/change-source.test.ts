/** Another source, chosen after a run was put together for the first. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isDemoModel, SAMPLE_NAME } from '@shared/demo';
import { createFakeBackend } from '../testing/fake-backend';
import { fakeDataset } from '../testing/fake-data';
import { memoryStorage } from '../testing/render-app';
import { createAppModel, type AppModel } from './app-model';
import { changeSource } from './change-source';

const FIRST = fakeDataset({
  id: 71,
  name: 'first.csv',
  rows: 40,
  columns: ['image', 'instruction', 'subject'],
});
const CORRECTED = { ...FIRST, id: 72, name: 'corrected.csv' };
const OTHER = { ...FIRST, id: 73, name: 'other.csv', columns: ['image', 'prompt'] };

let model: AppModel;
let stop: () => void;
beforeEach(async () => {
  model = createAppModel(createFakeBackend('full', false), memoryStorage());
  stop = model.start();
  await expect.poll(() => model.live.getState().models.length).toBeGreaterThan(0);
  for (const dataset of [FIRST, CORRECTED, OTHER]) {
    model.accept({ kind: 'dataset', dataset });
  }
  changeSource(model, FIRST);
});
afterEach(() => stop());

const draft = () => model.draft.getState();
const toasts = () => model.ui.getState().toasts;

it('keeps what was set where the same columns are there, and guesses the rest anew', () => {
  model.draft.setState({ instruction: 'Paint {{subject}} blue', caps: { costUsd: 5 }, filterRows: '0:3' });
  changeSource(model, CORRECTED);
  expect(draft()).toMatchObject({
    datasetId: 72,
    instruction: 'Paint {{subject}} blue',
    caps: { costUsd: 5 },
    filterRows: '',
  });
  const written = draft();
  changeSource(model, OTHER);
  expect(draft()).toMatchObject({ datasetId: 73, instruction: '{{prompt}}', caps: { costUsd: 5 } });
  toasts().at(-1)?.action?.run();
  expect(draft()).toEqual(written);
});

it('waits for the columns of a file that is still being read', () => {
  const model1 = model.live
    .getState()
    .models.findLast(({ tasks, state }) => tasks.includes('edit') && state === 'current');
  const models = [{ provider: model1?.provider ?? 'openai', model: model1?.id ?? '' }] as const;
  model.draft.setState({ instruction: 'Paint {{subject}} blue', models });
  const reading = { ...CORRECTED, id: 74, columns: [], importing: true };
  model.accept({ kind: 'dataset', dataset: reading });
  changeSource(model, reading);
  expect(draft()).toMatchObject({ datasetId: 74, instruction: '' });
  model.accept({ kind: 'dataset', dataset: { ...reading, columns: CORRECTED.columns } });
  expect(draft()).toMatchObject({
    task: 'edit',
    instruction: 'Paint {{subject}} blue',
    models,
    carried: null,
  });
});

it('asks nobody for the sample whom a person had chosen for other rows', () => {
  const sample = { ...OTHER, id: 75, name: SAMPLE_NAME };
  model.accept({ kind: 'dataset', dataset: sample });
  model.draft.setState({ models: [{ provider: 'openai', model: 'gpt-image-2' }], endpointIds: ['paid'] });
  changeSource(model, sample);
  expect(draft().models.every(isDemoModel)).toBe(true);
  expect(draft().endpointIds).toBeNull();
});

it('leaves everything as it is where the same source is chosen once more', () => {
  model.draft.setState({ instruction: 'Mine', filterRows: '0:3' });
  const before = draft();
  changeSource(model, FIRST);
  expect(draft()).toBe(before);
  expect(toasts()).toEqual([]);
});

it('offers no step back where nothing had been set', () => {
  changeSource(model, OTHER);
  expect(draft()).toMatchObject({ datasetId: 73, instruction: '{{prompt}}' });
  expect(toasts()).toEqual([]);
});
