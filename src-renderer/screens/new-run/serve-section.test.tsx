import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { requestOf } from '../../state/new-run-draft';
import { openGrant } from '../../state/sources';
import { renderApp } from '../../testing/render-app';

const GRANT = { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'portraits.csv', isDirectory: false };

async function opened() {
  const { model } = await renderApp('full', <App />);
  await act(() => openGrant(model, GRANT));
  const options = () => requestOf(model.draft.getState(), model.live.getState().models)?.options;
  return { model, options };
}

const chip = (name: RegExp) =>
  within(screen.getByRole('group', { name: 'Endpoints that may serve it' })).getByRole('button', { name });

describe('who may serve a run', () => {
  it('is everyone, or those that are pressed', async () => {
    const { options } = await opened();
    expect(options()).not.toHaveProperty('endpointIds');
    fireEvent.click(chip(/^Relay Frankfurt/));
    expect(options()?.endpointIds).toEqual(['google']);
    fireEvent.click(chip(/^Relay Frankfurt/));
    expect(options()).not.toHaveProperty('endpointIds');
  });

  it('must be someone', async () => {
    const { options } = await opened();
    fireEvent.click(chip(/^All/));
    expect(options()).toBeUndefined();
    expect(screen.getByText('Choose an endpoint that may serve the run.')).toBeTruthy();
  });

  it('offers endpoints of the model’s protocol alone', async () => {
    await opened();
    expect(
      within(screen.getByRole('group', { name: 'Endpoints that may serve it' })).queryByText(/OpenAI/),
    ).toBeNull();
  });
});

describe('fallbacks', () => {
  it('are an ordered list of endpoint and model', async () => {
    const { options } = await opened();
    fireEvent.click(screen.getByRole('button', { name: 'Add a fallback' }));
    fireEvent.click(screen.getByRole('button', { name: 'Add another' }));
    fireEvent.change(screen.getByLabelText('Fallback 2: endpoint'), { target: { value: 'relay' } });
    expect(options()?.fallback).toEqual([
      { endpointId: 'openai', model: 'gpt-image-2' },
      { endpointId: 'relay', model: 'gemini-nano-banana-2.1' },
    ]);
    fireEvent.click(screen.getByRole('button', { name: 'Move fallback 2 up' }));
    expect(options()?.fallback?.map((one) => one.endpointId)).toEqual(['relay', 'openai']);
    fireEvent.click(screen.getByRole('button', { name: 'Remove fallback 1' }));
    expect(options()?.fallback).toHaveLength(1);
  });

  it('need a model', async () => {
    const { options } = await opened();
    fireEvent.click(screen.getByRole('button', { name: 'Add a fallback' }));
    fireEvent.change(screen.getByLabelText('Model'), { target: { value: ' ' } });
    expect(options()).toBeUndefined();
    expect(screen.getByText('Name a model for each fallback.')).toBeTruthy();
  });
});

describe('how a run waits and how much it sends', () => {
  it('is chosen in plain words', async () => {
    const { options } = await opened();
    expect(options()).toMatchObject({ waitForQuota: 'always' });
    fireEvent.change(screen.getByLabelText('Wait for quota'), { target: { value: 'minutes' } });
    fireEvent.click(screen.getByRole('checkbox', { name: 'Automatic' }));
    expect(options()).toMatchObject({ waitForQuota: 'minutes', autoConcurrency: true });
  });
});
