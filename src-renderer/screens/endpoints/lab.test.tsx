import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { renderApp } from '../../testing/render-app';
import { isSmaller } from './lab-table';

async function openLab() {
  const rendered = await renderApp('full', <App />);
  const asked: object[] = [];
  const probe = rendered.backend.client.endpoints.probe;
  rendered.backend.client.endpoints.probe = async (request) => {
    asked.push(request);
    return await probe(request);
  };
  act(() => void rendered.model.ui.setState({ overlay: { kind: 'lab' } }));
  return { ...rendered, asked };
}

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const answerOf = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}`) });

describe('the endpoint lab', () => {
  it('asks every chosen endpoint the same, and lays the answers side by side', async () => {
    const { asked } = await openLab();
    const dialog = within(screen.getByRole('dialog'));
    fireEvent.change(dialog.getByLabelText('Size'), { target: { value: '1K' } });
    fireEvent.change(screen.getByLabelText('Prompt'), { target: { value: 'A boat' } });
    expect(screen.getByText(/About \$0.0672 in all/)).toBeTruthy();
    fireEvent.click(button('Probe 2 endpoints'));
    const same = { model: 'gemini-nano-banana-2.1', prompt: 'A boat', imageSize: '1K' };
    expect(asked).toEqual([
      { ...same, endpointId: 'google' },
      { ...same, endpointId: 'relay' },
    ]);
    await waitFor(() => expect(answerOf('Relay Frankfurt').textContent).toContain('Delivered'));
    expect(answerOf('Google official').textContent).toContain('8.1 s1024 × 1024$0.033610 (63%), now 2');
    expect(answerOf('Relay Frankfurt').textContent).toContain('768 × 768 less than 1K');
    expect(await screen.findByRole('img', { name: 'Answer of Google official' })).toBeTruthy();
  });

  it('applies the suggested weights only when told so', async () => {
    const { backend } = await openLab();
    const saved: (readonly [string, number])[] = [];
    const update = backend.client.endpoints.update;
    backend.client.endpoints.update = async (draft) => {
      saved.push([draft.id, draft.weight]);
      return await update(draft);
    };
    fireEvent.click(button('Probe 2 endpoints'));
    const apply = await screen.findByRole('button', { name: 'Apply weights' });
    expect(saved).toEqual([]);
    fireEvent.click(apply);
    await waitFor(() =>
      expect(saved).toEqual([
        ['google', 10],
        ['relay', 6],
      ]),
    );
    expect(await screen.findByText('Saved the weights')).toBeTruthy();
  });

  it('tells a failure and a request that was not let go, and leaves their weights alone', async () => {
    const { backend } = await openLab();
    backend.client.endpoints.probe = async ({ endpointId }) => {
      if (endpointId === 'relay') {
        throw new ORPCError('BAD_INPUT', { message: 'Relay Frankfurt is full until 14:05:10.' });
      }
      return {
        kind: 'failed',
        latencyMs: 300,
        failure: { kind: 'no_model', message: 'No such model here.' },
      };
    };
    fireEvent.click(button('Probe 2 endpoints'));
    expect(await screen.findByText('Relay Frankfurt is full until 14:05:10.')).toBeTruthy();
    expect(screen.getByText('No such model here.')).toBeTruthy();
    expect(within(answerOf('Google official')).getByText('stays 2')).toBeTruthy();
    expect(button('Apply weights').hasAttribute('disabled')).toBe(true);
  });

  it('offers only endpoints that speak the protocol of the model', async () => {
    await openLab();
    fireEvent.change(screen.getByLabelText('Model'), { target: { value: 'openai gpt-image-2' } });
    expect(screen.queryByRole('checkbox', { name: /Google official/ })).toBeNull();
    fireEvent.click(screen.getByRole('checkbox', { name: /OpenAI official/ }));
    expect(button('Probe 0 endpoints').hasAttribute('disabled')).toBe(true);
  });

  it('knows the endpoints whose keys are locked, and offers to unlock them', async () => {
    const { model } = await renderApp('full', <App />);
    act(() => {
      model.accept({ kind: 'vault', vault: { kind: 'passphrase', locked: true } });
      model.live.setState(({ endpoints }) => ({
        endpoints: endpoints.flatMap((view) =>
          view.endpoint.demo ? [] : { ...view, keys: view.keys.map((key) => ({ ...key, readable: false })) },
        ),
      }));
      model.ui.setState({ overlay: { kind: 'lab' } });
    });
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.queryByText(/None. Add one/)).toBeNull();
    expect(dialog.getAllByText('has its keys locked')).toHaveLength(2);
    expect(dialog.getByRole('button', { name: 'Unlock…' })).toBeTruthy();
  });
});

describe('delivered pixels', () => {
  it.each([
    ['1K', 1024, 1024, false],
    ['2K', 2752, 1536, false],
    ['4K', 1024, 1024, true],
    ['1536x1024', 1536, 1024, false],
    ['1536x1024', 1024, 1024, true],
    ['auto', 640, 480, false],
    ['', 64, 64, false],
  ])('%s asked, %i x %i delivered: less is %s', (asked, width, height, expected) => {
    expect(isSmaller(asked, { width, height })).toBe(expected);
  });
});
