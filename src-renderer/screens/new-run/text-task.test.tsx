import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { openGrant } from '../../state/sources';
import { renderApp } from '../../testing/render-app';
import { button } from '../../testing/render-studio';

const GRANT = { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'portraits.csv', isDirectory: false };
const runButton = () => screen.findByRole('button', { name: /^Run 428 rows/ });

async function opened() {
  const rendered = await renderApp('full', <App />);
  await act(() => openGrant(rendered.model, GRANT));
  return rendered;
}

describe('a new run of text', () => {
  it('asks with a prompt, a system prompt and options, and says what it would do', async () => {
    const { backend, model } = await opened();
    fireEvent.click(screen.getByLabelText('Answer with text'));
    expect(model.draft.getState().models).toEqual([{ provider: 'google_genai', model: 'gemini-3.8-flash' }]);
    expect(screen.queryByLabelText('Ratio')).toBeNull();
    expect(screen.getByRole('row', { name: /Gemini 3\.8 Flash/ }).textContent).toContain('$0.3 / $2.5');
    expect(screen.queryByRole('row', { name: /Nano Banana/ })).toBeNull();
    fireEvent.change(screen.getByLabelText('What to ask for every row'), {
      target: { value: 'Describe {{subject}}' },
    });
    fireEvent.change(screen.getByLabelText('Instructions the model gets before the prompt'), {
      target: { value: 'Be brief about {{subject}}' },
    });
    fireEvent.change(screen.getByLabelText('Temperature'), { target: { value: '0.2' } });
    expect(await screen.findByText('Be brief about the woman in the chair')).toBeTruthy();
    expect(screen.getByText(/Files are attached from “image”/)).toBeTruthy();
    expect(await screen.findByText(/428 rows × 1 model × 1 answer = 428 answers/)).toBeTruthy();
    fireEvent.click(await runButton());
    await waitFor(() => expect(backend.started).toHaveLength(1));
    expect(backend.started[0]?.recipe).toEqual({
      task: 'text',
      models: [{ provider: 'google_genai', model: 'gemini-3.8-flash' }],
      instruction: 'Describe {{subject}}',
      imageColumns: [],
      variants: 1,
      text: {
        system: 'Be brief about {{subject}}',
        generation: { temperature: 0.2 },
        answer: { kind: 'text' },
      },
    });
  });

  it('is not started while its schema is missing, and says so', async () => {
    const { backend } = await opened();
    fireEvent.click(screen.getByLabelText('Answer with text'));
    fireEvent.click(screen.getByLabelText('JSON'));
    expect(await screen.findByText(/Write the JSON Schema of the answer/)).toBeTruthy();
    fireEvent.keyDown(screen.getByLabelText('Rows'), { key: 'Enter', ctrlKey: true });
    expect(backend.started).toEqual([]);
    fireEvent.click(screen.getByRole('menuitem', { name: /Caption and tags/ }));
    fireEvent.click(await runButton());
    await waitFor(() => expect(backend.started[0]?.recipe.text?.answer.kind).toBe('json'));
  });

  it('takes no text of another task along', async () => {
    const { backend } = await opened();
    fireEvent.click(screen.getByLabelText('Answer with text'));
    fireEvent.click(screen.getByLabelText('Edit the row’s pictures'));
    fireEvent.click(await runButton());
    await waitFor(() => expect(backend.started).toHaveLength(1));
    expect(backend.started[0]?.recipe.text).toBeUndefined();
    expect(backend.started[0]?.recipe.models[0]?.model).toBe('gemini-nano-banana-2.1');
  });
});

describe('beside a dataset and an instruction', () => {
  it('describes the pictures of a dataset in a run of their own', async () => {
    const { backend } = await opened();
    fireEvent.click(button('Describe the pictures into a column…'));
    fireEvent.click(button('Describe 428 rows'));
    await waitFor(() => expect(backend.texts.made[0]?.call).toBe('describe'));
    expect(await screen.findByRole('heading', { name: 'Describe portraits.csv' })).toBeTruthy();
  });

  it('improves the instruction beside the old one, and takes it back', async () => {
    const { model } = await opened();
    act(() => model.draft.setState({ instruction: 'Add a hat' }));
    fireEvent.click(button('Improve my instruction…'));
    const dialog = screen.getByRole('dialog');
    const proposed = within(dialog).getByLabelText<HTMLTextAreaElement>('Proposed');
    await waitFor(() => expect(proposed.value).toBe('Add a hat, with soft light from the left'));
    expect(within(dialog).getByLabelText<HTMLTextAreaElement>('As it is').value).toBe('Add a hat');
    fireEvent.click(button('Use the proposal'));
    expect(model.draft.getState().instruction).toBe('Add a hat, with soft light from the left');
    fireEvent.click(button('Undo'));
    expect(model.draft.getState().instruction).toBe('Add a hat');
  });

  it('keeps the old instruction, and says why there is no other', async () => {
    const { backend, model } = await opened();
    backend.client.text.improve = async () => {
      throw new Error('No key can send now.');
    };
    fireEvent.click(button('Improve my instruction…'));
    expect((await screen.findByRole('alert')).textContent).toContain('No key can send now.');
    fireEvent.click(button('Keep mine'));
    expect(model.draft.getState().instruction).toBe('{{instruction}}');
  });
});
