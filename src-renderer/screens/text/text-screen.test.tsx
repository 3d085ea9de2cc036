import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import type { FakeScene } from '../../testing/fake-backend';
import { renderApp } from '../../testing/render-app';
import { button } from '../../testing/render-studio';

const prompt = () => screen.getByLabelText<HTMLTextAreaElement>('Prompt');
const write = (text: string) => fireEvent.change(prompt(), { target: { value: text } });
const send = () => fireEvent.keyDown(prompt(), { key: 'Enter', ctrlKey: true });
const answer = () => screen.getByRole('region', { name: 'Answer' });
const file = (name: string, type: string) => new File(['12345'], name, { type });

async function opened(scene: FakeScene = 'full') {
  const rendered = await renderApp(scene, <App />);
  act(() => show(rendered.model.ui, { kind: 'text' }));
  await waitFor(() => expect(rendered.model.text.getState().history.isKnown).toBe(true));
  return rendered;
}

async function paste(files: readonly File[]): Promise<void> {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.defineProperty(event, 'clipboardData', { value: { files, getData: () => '' } });
  await act(async () => {
    prompt().dispatchEvent(event);
  });
}

describe('asking', () => {
  it('is one of the tabs, by Ctrl+5, and sends with Ctrl+Enter', async () => {
    const { backend, model } = await renderApp('full', <App />);
    fireEvent.keyDown(document.body, { key: '5', ctrlKey: true });
    expect(await screen.findByLabelText('Prompt')).toBeTruthy();
    fireEvent.keyDown(document.body, { key: '6', ctrlKey: true });
    expect(model.ui.getState().view.kind).toBe('endpoints');
    fireEvent.keyDown(document.body, { key: '5', ctrlKey: true });
    write('Name a colour');
    send();
    await waitFor(() => expect(answer().textContent).toContain('You said: Name a colour'));
    expect(backend.texts.asked[0]).toEqual({
      model: { provider: 'google_genai', model: 'gemini-3.8-flash' },
      system: '',
      prompt: 'Name a colour',
      attachments: [],
      generation: {},
      answer: { kind: 'text' },
    });
    expect(prompt().value).toBe('');
    expect(screen.getByText(/1\.2 s · 12 in, 34 out tokens · \$0\.0004/)).toBeTruthy();
  });

  it('shows the answer as it comes, says why it was asked again, and keeps what came when it is stopped', async () => {
    const { backend } = await opened();
    backend.texts.script = [
      { kind: 'delta', text: 'One ' },
      { kind: 'delta', text: 'two' },
      { kind: 'again', why: 'the answer did not fit the schema.' },
      { kind: 'delta', text: 'Three' },
    ];
    const step = async () => act(async () => backend.texts.steps.shift()?.());
    write('Count');
    send();
    expect(await screen.findByText('Waiting for the first words…')).toBeTruthy();
    await waitFor(() => expect(backend.texts.steps).toHaveLength(1));
    await step();
    await waitFor(() => expect(answer().textContent).toContain('One'));
    await waitFor(() => expect(backend.texts.steps).toHaveLength(1));
    await step();
    await waitFor(() => expect(answer().textContent).toContain('One two'));
    expect(answer().getAttribute('aria-live')).toBe('polite');
    await waitFor(() => expect(backend.texts.steps).toHaveLength(1));
    await step();
    expect(await screen.findByText(/Asked again: the answer did not fit/)).toBeTruthy();
    expect(answer().textContent).not.toContain('One');
    await waitFor(() => expect(backend.texts.steps).toHaveLength(1));
    await step();
    await waitFor(() => expect(answer().textContent).toContain('Three'));
    fireEvent.click(button('Stop'));
    expect(await screen.findByText(/You stopped it/)).toBeTruthy();
    expect(answer().textContent).toContain('Three');
  });

  it('has several in flight, each in the list, and shows the one that is chosen', async () => {
    const { backend, model } = await opened('empty');
    backend.texts.script = [{ kind: 'delta', text: 'x' }];
    for (const words of ['First question', 'Second question']) {
      write(words);
      send();
      await waitFor(() => expect(prompt().value).toBe(''));
    }
    const list = screen.getByRole('list', { name: 'Requests' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(2);
    fireEvent.click(within(list).getByRole('button', { name: /First question/ }));
    expect(screen.getByText('First question', { selector: '.text-prompt' })).toBeTruthy();
    expect(model.text.getState().asking.every(({ state }) => state.kind === 'asking')).toBe(true);
  });

  it('keeps words and files of a request that was refused, to mend and ask again', async () => {
    const { backend } = await opened();
    backend.client.text.ask = async () => {
      throw new ORPCError('BAD_INPUT', { message: 'a.png is not a picture.' });
    };
    await paste([file('a.png', 'image/png')]);
    write('What is it?');
    send();
    expect((await screen.findByRole('alert')).textContent).toContain('a.png is not a picture.');
    fireEvent.click(button('Edit and rerun'));
    expect(prompt().value).toBe('What is it?');
    expect(screen.getByRole('button', { name: /^image 1: a\.png/ })).toBeTruthy();
  });

  it('does not call a request unsent that was taken before the connection broke', async () => {
    const { backend, model } = await opened('empty');
    const { ask } = backend.client.text;
    backend.client.text.ask = async (request, options) => {
      const events = await ask(request, options);
      return (async function* () {
        for await (const event of events) {
          yield event;
          if (event.kind === 'asked') {
            throw new Error('The connection was lost.');
          }
        }
      })() as unknown as typeof events;
    };
    write('Name a colour');
    send();
    expect(await screen.findByText(/its answer is kept, and it may be charged/)).toBeTruthy();
    expect(screen.getAllByText('Interrupted').length).toBeGreaterThan(0);
    expect(screen.queryByText('Not sent')).toBeNull();
    const jobId = model.text.getState().asking[0]?.jobId;
    fireEvent.click(button('Show what became of it'));
    expect(model.text.getState().shown).toEqual({ kind: 'answer', jobId });
  });

  it('draws an answer as text: no markup comes to life, code stands apart', async () => {
    await opened();
    write('<img src=x onerror=alert(1)> and\n```html\n<b>bold</b>\n```');
    send();
    await waitFor(() => expect(answer().querySelector('pre')?.textContent).toContain('<b>bold</b>'));
    expect(answer().querySelector('img')).toBeNull();
    expect(answer().querySelector('b')).toBeNull();
    expect(answer().textContent).toContain('<img src=x onerror=alert(1)>');
  });

  it('continues an answer', async () => {
    const { backend } = await opened();
    fireEvent.click(await screen.findByRole('button', { name: /^Name three colours/ }));
    fireEvent.click(button('Continue'));
    expect(screen.getByText('Continues')).toBeTruthy();
    write('Darker ones');
    send();
    await waitFor(() => expect(backend.texts.asked).toHaveLength(1));
    expect(backend.texts.asked[0]?.after).toBe(9_000_001);
  });
});

describe('files', () => {
  it('are pasted, moved by keys, taken out, and named by tokens at the cursor', async () => {
    const { backend } = await opened();
    await paste([file('a.png', 'image/png'), file('b.jpg', 'image/jpeg'), file('c.mp3', 'audio/mpeg')]);
    const names = () =>
      within(screen.getByRole('list', { name: 'Files of the request' }))
        .getAllByRole('button', { name: /Alt and arrows move it/ })
        .map((one) => one.getAttribute('aria-label')?.split(',')[0]);
    expect(names()).toEqual(['image 1: a.png', 'image 2: b.jpg', 'audio 1: c.mp3']);
    fireEvent.keyDown(button(/^image 2: b\.jpg/), { key: 'ArrowLeft', altKey: true });
    expect(names()).toEqual(['image 1: b.jpg', 'image 2: a.png', 'audio 1: c.mp3']);
    fireEvent.click(button('Take out a.png'));
    write('Look at  now');
    prompt().setSelectionRange(8, 8);
    fireEvent.click(button('Insert <image> at the cursor'));
    expect(prompt().value).toBe('Look at <image> now');
    send();
    await waitFor(() => expect(backend.texts.asked).toHaveLength(1));
    expect(backend.texts.asked[0]?.attachments).toMatchObject([
      { kind: 'bytes', name: 'b.jpg' },
      { kind: 'bytes', name: 'c.mp3' },
    ]);
  });

  it('of the disk go by their grant, not as bytes', async () => {
    const rendered = await renderApp('full', <App />);
    const { model, backend } = rendered;
    act(() => show(model.ui, { kind: 'text' }));
    const field = await screen.findByLabelText<HTMLInputElement>('Files to attach');
    Object.defineProperty(field, 'files', { configurable: true, value: [file('long.mp4', 'video/mp4')] });
    fireEvent.change(field);
    act(() =>
      backend.grant([
        { token: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11', name: 'long.mp4', isDirectory: false },
      ]),
    );
    write('What happens in <video>?');
    send();
    await waitFor(() =>
      expect(backend.texts.asked[0]?.attachments).toEqual([
        { kind: 'file', grant: '6f1c8a52-0c6e-4d7a-9a53-2f5d1f0b8f11' },
      ]),
    );
  });

  it('that no model takes are refused with a way out, and nothing is sent', async () => {
    const { backend } = await opened();
    await paste([file('rows.csv', 'text/csv')]);
    expect(screen.getByRole('alert').textContent).toContain('“rows.csv” is not a picture, sound or video');
    write('Compare <image> and <image>');
    expect(screen.getByText(/2 <image> and no image is attached/)).toBeTruthy();
    send();
    expect(backend.texts.asked).toEqual([]);
  });

  it('that the chosen model does not take are named', async () => {
    await opened();
    await paste([file('c.mp3', 'audio/mpeg')]);
    write('Who speaks?');
    fireEvent.change(screen.getByLabelText('Model'), { target: { value: 'openai gpt-5.5-mini' } });
    expect(screen.getByText(/GPT-5\.5 mini takes no sound: take “c\.mp3” out/)).toBeTruthy();
    expect(button(/^Ask Ctrl/).hasAttribute('disabled')).toBe(true);
  });
});

describe('how it is answered', () => {
  it('offers only the options that the model has, and sends only those', async () => {
    const { backend, model } = await opened();
    fireEvent.click(screen.getByText('Options'));
    fireEvent.change(screen.getByLabelText('Temperature'), { target: { value: '0.4' } });
    fireEvent.change(screen.getByLabelText('Seed'), { target: { value: '7' } });
    expect(screen.getByLabelText('Thinking tokens')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Model'), { target: { value: 'openai gpt-5.5-mini' } });
    expect(screen.queryByLabelText('Thinking tokens')).toBeNull();
    expect(screen.queryByLabelText('Temperature')).toBeNull();
    write('Hello');
    send();
    await waitFor(() => expect(backend.texts.asked[0]?.generation).toEqual({ seed: 7 }));
    expect(model.text.getState().draft.settings.generation).toEqual({ temperature: 0.4, seed: 7 });
  });

  it('checks a schema while it is written, and a problem leads to its place', async () => {
    const { backend } = await opened();
    fireEvent.click(screen.getByLabelText('JSON'));
    const schema = screen.getByLabelText<HTMLTextAreaElement>('JSON Schema');
    write('Score it');
    expect(screen.getByText(/Write the JSON Schema/)).toBeTruthy();
    fireEvent.change(schema, { target: { value: '{\n  "title": "x",\n  "type": "objet"\n}' } });
    fireEvent.click(await screen.findByRole('button', { name: 'line 3, column 3' }));
    expect(schema.selectionStart).toBe(20);
    expect(document.activeElement).toBe(schema);
    fireEvent.click(button('Format'));
    fireEvent.change(schema, { target: { value: '{"type":"object"}' } });
    expect(await screen.findByText('The schema can be used.')).toBeTruthy();
    fireEvent.click(button('Format'));
    expect(schema.value).toBe('{\n  "type": "object"\n}');
    send();
    await waitFor(() =>
      expect(backend.texts.asked[0]?.answer).toEqual({
        kind: 'json',
        schema: '{\n  "type": "object"\n}',
      }),
    );
    expect(await screen.findByText('score')).toBeTruthy();
    fireEvent.click(button('Source'));
    expect(answer().textContent).toContain('"score": 7');
  });

  it('starts from an example', async () => {
    await opened();
    fireEvent.click(screen.getByLabelText('JSON'));
    fireEvent.click(screen.getByRole('menuitem', { name: /Score and reason/ }));
    const schema = screen.getByLabelText<HTMLTextAreaElement>('JSON Schema');
    expect(JSON.parse(schema.value)).toMatchObject({ required: ['score', 'reason'] });
    expect(await screen.findByText('The schema can be used.')).toBeTruthy();
  });
});

describe('the history', () => {
  it('is searched, and what is forgotten comes back by Undo', async () => {
    const { backend } = await opened();
    const list = screen.getByRole('list', { name: 'Requests' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(4);
    fireEvent.change(screen.getByLabelText('Search requests'), { target: { value: 'jade' } });
    await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(1));
    fireEvent.change(screen.getByLabelText('Search requests'), { target: { value: '' } });
    await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(4));
    fireEvent.click(button('Remove Tag the picture'));
    await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(3));
    expect(backend.texts.forgotten.size).toBe(1);
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(4));
  });

  it('shows a failed request with its kind, its text and the way out', async () => {
    await opened();
    fireEvent.click(await screen.findByRole('button', { name: /^Score this portrait/ }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Wrong shape. /score: must be a number.');
    expect(alert.textContent).toContain('Simplify the schema or change the model.');
  });

  it('is walked through by Ctrl and the arrows, and comes back to what was being written', async () => {
    await opened();
    write('half a thought');
    const walk = async (key: string, expected: string) => {
      fireEvent.keyDown(prompt(), { key, ctrlKey: true });
      await waitFor(() => expect(prompt().value).toBe(expected));
    };
    await walk('ArrowUp', 'Name three colours of the sea');
    await walk('ArrowUp', 'A story of a lighthouse');
    await walk('ArrowDown', 'Name three colours of the sea');
    await walk('ArrowDown', 'half a thought');
  });
});

describe('a story', () => {
  it('opens as chapters and scenes, and becomes a run of pictures', async () => {
    const { backend, model } = await opened();
    fireEvent.click(await screen.findByRole('button', { name: /^A story of a lighthouse/ }));
    fireEvent.click(await screen.findByRole('button', { name: 'Open as a story' }));
    expect(await screen.findByRole('heading', { name: 'The lamp that stayed on' })).toBeTruthy();
    const chapter = screen.getByRole('region', { name: 'Chapter 1' });
    expect(within(chapter).getAllByRole('listitem')).toHaveLength(2);
    expect(within(chapter).getByText('And then, said the keeper, part 2.')).toBeTruthy();
    fireEvent.click(button('Make pictures…'));
    expect(button('Make 6 pictures')).toBeTruthy();
    fireEvent.click(screen.getByLabelText('2 characters'));
    fireEvent.change(screen.getByLabelText('Ratio'), { target: { value: '16:9' } });
    fireEvent.click(button('Make 4 pictures'));
    await waitFor(() => expect(model.ui.getState().view.kind).toBe('runs'));
    expect(backend.texts.made).toEqual([
      {
        call: 'storyPictures',
        input: {
          jobId: 9_000_002,
          model: { provider: 'google_genai', model: 'gemini-nano-banana-2.1' },
          which: ['cover', 'scenes'],
          aspectRatio: '16:9',
        },
      },
    ]);
  });
});
