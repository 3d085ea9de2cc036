/** A request that is asked again comes back as it was asked; and the keys of the Text screen. */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import { button } from '../../testing/render-studio';
import { takeUpAsked } from './text-actions';

const prompt = () => screen.getByLabelText<HTMLTextAreaElement>('Prompt');
const press = (key: string, held: object = {}) => fireEvent.keyDown(document.body, { key, ...held });

async function opened() {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'text' }));
  await waitFor(() => expect(rendered.model.text.getState().history.isKnown).toBe(true));
  return rendered;
}

/** The first of the history that has an answer. */
async function look(rendered: Awaited<ReturnType<typeof opened>>) {
  const { text } = rendered.model;
  const found = text.getState().history.answers.find(({ answer }) => answer !== undefined);
  if (found === undefined) {
    throw new Error('The scene has no answer.');
  }
  act(() => text.setState({ shown: { kind: 'answer', jobId: found.jobId } }));
  await screen.findByRole('button', { name: 'Edit and rerun' });
  return found;
}

describe('asked again', () => {
  it('one of the history brings back its model, system prompt, options, shape, files and what it continued', async () => {
    const rendered = await opened();
    const { backend, model } = rendered;
    const found = await look(rendered);
    fireEvent.click(button('Edit and rerun'));
    await waitFor(() => expect(prompt().value).toBe(found.prompt));
    expect(model.text.getState().draft).toMatchObject({
      model: { provider: 'google_genai', model: found.model },
      settings: {
        system: 'You are a careful editor.',
        generation: { temperature: 0.5, stop: ['END'] },
        shape: 'json',
        schema: '{"type":"object"}',
      },
    });
    expect(screen.getByText('Asks again after')).toBeTruthy();
    expect(screen.getByText('What came before')).toBeTruthy();
    expect(screen.getByText(/A file of that request, audio, is no longer kept/)).toBeTruthy();
    fireEvent.keyDown(prompt(), { key: 'Enter', ctrlKey: true });
    await waitFor(() => expect(backend.texts.asked).toHaveLength(1));
    expect(backend.texts.asked[0]).toMatchObject({
      prompt: found.prompt,
      system: 'You are a careful editor.',
      answer: { kind: 'json', schema: '{"type":"object"}' },
      attachments: [{ kind: 'asked', jobId: found.jobId, place: 0 }],
      before: found.jobId,
    });
    expect(backend.texts.asked[0]).not.toHaveProperty('after');
  });

  it('one of this window brings back how it was asked, whatever was changed since', async () => {
    const { model } = await opened();
    const { text } = model;
    act(() =>
      text.setState(({ draft }) => ({
        draft: {
          ...draft,
          model: { provider: 'openai', model: 'gpt-5.5-mini' },
          settings: { ...draft.settings, system: 'As it was.', generation: { seed: 7 } },
        },
      })),
    );
    fireEvent.change(prompt(), { target: { value: 'Once' } });
    fireEvent.keyDown(prompt(), { key: 'Enter', ctrlKey: true });
    await screen.findByRole('button', { name: 'Edit and rerun' });
    const asked = text.getState().asking[0]?.settings;
    act(() =>
      text.setState(({ draft }) => ({
        draft: { ...draft, model: null, settings: { ...draft.settings, system: 'Other.', generation: {} } },
      })),
    );
    fireEvent.click(button('Edit and rerun'));
    expect(text.getState().draft).toMatchObject({
      prompt: 'Once',
      model: { provider: 'openai', model: 'gpt-5.5-mini' },
      settings: asked,
    });
    expect(asked?.system).toBe('As it was.');
  });
});

describe('what the composer held before', () => {
  const replaced = () => screen.queryByText('Replaced what was in the composer');

  it('comes back by Undo, and is not spoken of where it was empty', async () => {
    const rendered = await opened();
    const found = await look(rendered);
    press('r');
    await waitFor(() => expect(prompt().value).toBe(found.prompt));
    expect(replaced()).toBeNull();
    fireEvent.change(prompt(), { target: { value: 'half a thought' } });
    act(() => prompt().blur());
    press('r');
    await waitFor(() => expect(prompt().value).toBe(found.prompt));
    expect(replaced()).toBeTruthy();
    button('Undo').focus();
    fireEvent.click(button('Undo'));
    expect(prompt().value).toBe('half a thought');
    expect(rendered.model.text.getState().after?.jobId).toBe(found.jobId);
    expect(document.activeElement).toBe(prompt());
  });

  it('comes back only as far as nothing was written since, and not once that was sent', async () => {
    const rendered = await opened();
    const found = await look(rendered);
    const replace = async () => {
      fireEvent.change(prompt(), { target: { value: 'half a thought' } });
      act(() => prompt().blur());
      press('r');
      await waitFor(() => expect(prompt().value).toBe(found.prompt));
    };
    await replace();
    fireEvent.change(prompt(), { target: { value: 'Something else' } });
    fireEvent.click(button('Undo'));
    expect(prompt().value).toBe('Something else');
    await replace();
    expect(replaced()).toBeTruthy();
    fireEvent.keyDown(prompt(), { key: 'Enter', ctrlKey: true });
    await waitFor(() => expect(replaced()).toBeNull());
    expect(rendered.backend.texts.asked).toHaveLength(1);
  });

  it('gives way to what was asked again last, whichever is there first', async () => {
    const { model, backend } = await opened();
    const { asked } = backend.client.text;
    let arrive = (): void => undefined;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    backend.client.text.asked = async (input) => {
      if (input.jobId === 9_000_001) {
        await late;
      }
      return await asked(input);
    };
    const first = takeUpAsked(model, 9_000_001);
    await act(async () => await takeUpAsked(model, 9_000_004));
    await act(async () => {
      arrive();
      await first;
    });
    expect(prompt().value).toBe('Tag the picture');
  });
});

describe('where an answer stops', () => {
  it('is written line by line, a line break as \\n, and goes along', async () => {
    const { backend } = await opened();
    const field = screen.getByLabelText<HTMLTextAreaElement>('Stop before');
    fireEvent.change(field, { target: { value: 'END\n' } });
    expect(field.value).toBe('END\n');
    fireEvent.change(field, { target: { value: 'END\n\\n\\n' } });
    fireEvent.change(prompt(), { target: { value: 'Count' } });
    fireEvent.keyDown(prompt(), { key: 'Enter', ctrlKey: true });
    await waitFor(() => expect(backend.texts.asked).toHaveLength(1));
    expect(backend.texts.asked[0]?.generation).toEqual({ stop: ['END', '\n\n'] });
    fireEvent.blur(field);
    expect(field.value).toBe('END\n\\n\\n');
  });
});

describe('the keys of text', () => {
  it('lead to the prompt, the search and a new request, and not while somebody writes', async () => {
    const rendered = await opened();
    await look(rendered);
    press('w');
    expect(document.activeElement).toBe(prompt());
    fireEvent.keyDown(prompt(), { key: 'n' });
    expect(rendered.model.text.getState().shown.kind).toBe('answer');
    fireEvent.keyDown(prompt(), { key: 'Escape' });
    expect(document.activeElement).toBe(screen.getByRole('group', { name: 'What was answered' }));
    press('/');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Search requests')));
    act(() => (document.activeElement as HTMLElement).blur());
    press('n');
    expect(rendered.model.text.getState().shown.kind).toBe('nothing');
  });

  it('do what the buttons of an answer do', async () => {
    const rendered = await opened();
    const found = await look(rendered);
    press('r');
    await waitFor(() => expect(prompt().value).toBe(found.prompt));
    act(() => prompt().blur());
    press('g');
    expect(rendered.model.text.getState().after).toMatchObject({ jobId: found.jobId });
    act(() => prompt().blur());
    press('X', { shiftKey: true });
    await waitFor(() => expect(rendered.backend.texts.forgotten.has(found.jobId)).toBe(true));
  });

  it('are listed under ?', async () => {
    await opened();
    act(() => prompt().blur());
    press('?');
    const sheet = await screen.findByRole('dialog');
    for (const intent of ['Edit and rerun it', 'Copy the answer', 'Make its pictures', 'Stop']) {
      expect(within(sheet).getByText(intent)).toBeTruthy();
    }
  });
});
