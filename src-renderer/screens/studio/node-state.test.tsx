import type { TreeNode } from '@shared/model/studio';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { button, item, opened, press } from '../../testing/render-studio';
import { resultOf } from './node-words';

describe('a request without its picture', () => {
  it('tells why one failed, and sends it again', async () => {
    const rendered = await opened();
    fireEvent.click(item(/poster/));
    expect(screen.getByText(/refused this content \(PROHIBITED/)).toBeTruthy();
    const retry = vi.spyOn(rendered.backend.client.studio, 'retry');
    press('r', { repeat: true });
    expect(retry).not.toHaveBeenCalled();
    press('r');
    await screen.findByRole('treeitem', { name: /poster.*Waiting/ });
    press('X', { shiftKey: true });
    await screen.findByRole('treeitem', { name: /poster.*Cancelled/ });
    expect(rendered.asked).toEqual([]);
  });

  it('tells no time before it was sent', async () => {
    const { model } = await opened();
    fireEvent.click(item(/poster/));
    const facts = (seconds: number) => {
      act(() =>
        model.trees.setState(({ nodes }) => ({
          nodes: new Map(nodes).set(
            1,
            new Map([...(nodes.get(1) ?? [])].map(([id, node]) => [id, asked(node, seconds)])),
          ),
        })),
      );
      return document.querySelector('.studio-facts')?.textContent ?? '';
    };
    const asked = (node: TreeNode, seconds: number): TreeNode =>
      node.origin.kind === 'result' ? { ...node, origin: { ...node.origin, seconds } } : node;
    expect(facts(4)).toContain('4.0 s');
    expect(facts(0)).not.toContain('0.0 s');
  });

  it('warns where sending it again may be charged twice', async () => {
    const { model } = await opened();
    fireEvent.click(item(/poster/));
    const again = () =>
      within(screen.getByRole('toolbar', { name: 'Picture' })).getByRole('button', { name: /^Send again/ });
    expect(again().title).toBe('');
    act(() =>
      model.trees.setState(({ nodes }) => ({
        nodes: new Map(
          [...nodes].map(([treeId, held]) => [
            treeId,
            new Map(
              [...held].map(([id, node]) => [
                id,
                node.origin.kind === 'result' && node.origin.state === 'failed'
                  ? { ...node, origin: { ...node.origin, state: 'unknown' as const } }
                  : node,
              ]),
            ),
          ]),
        ),
      })),
    );
    expect(again().title).toMatch(/charged a second time/);
  });

  it('says why one was not sent, and lets it go on', async () => {
    const { model, backend } = await opened();
    fireEvent.click(item(/poster/));
    press('r');
    const waiting = await screen.findByRole('treeitem', { name: /poster.*Waiting/ });
    const node = model.trees
      .getState()
      .nodes.get(1)
      ?.get(Number(waiting.id.split('-').at(-1)));
    const runId = resultOf(node)?.runId ?? 0;
    const run = { ...backend.runs.values().next().value!.run, id: runId, origin: 'studio' as const };
    const reason = 'The daily cap of $1.00 is reached. Raise the cap, then resume the run.';
    act(() =>
      backend.tell({ kind: 'run', run: { ...run, state: { kind: 'paused', reason, failure: 'budget' } } }),
    );
    expect(
      await screen.findByText('The daily cap of $1.00 is reached. Raise the cap, then resume it.'),
    ).toBeTruthy();
    const retry = vi.spyOn(backend.client.studio, 'retry');
    fireEvent.click(button('Resume'));
    await waitFor(() => expect(retry).toHaveBeenCalledWith({ nodeIds: [node?.id] }));
    fireEvent.click(button('Settings…'));
    expect(model.ui.getState().view.kind).toBe('settings');
  });
});
