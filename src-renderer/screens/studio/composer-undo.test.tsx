/** The way back to what the composer held, after something else was put there. */
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { withoutNodes } from '../../state/trees';
import { button, field, item, opened, paste, png, press, write } from '../../testing/render-studio';
import { addInputs, replaceDraft } from './studio-actions';

describe('what the composer held', () => {
  it('gives back no picture that is gone, and leaves what was written since', async () => {
    const { model } = await opened();
    fireEvent.click(item(/quiet library/));
    act(() => addInputs(model, [11, 12]));
    press('e');
    write('a later thought');
    act(() => model.trees.setState((state) => withoutNodes(state, 1, [12])));
    fireEvent.click(button('Undo'));
    expect(field().value).toBe('a later thought');
    expect(model.studio.getState().drafts.get(1)?.inputs).toEqual([{ nodeId: 11, role: 'subject' }]);
  });

  it('gives nothing back once that was sent, or its tree has begun', async () => {
    const { model, asked } = await opened('empty');
    const replaced = () => screen.queryByText('Replaced what was in the composer');
    const replace = (treeId: number | null) => {
      write('half a thought');
      act(() => replaceDraft(model, treeId, (draft) => ({ ...draft, instruction: 'A lighthouse' })));
      expect(replaced()).toBeTruthy();
    };
    replace(null);
    await paste([png('cat.png')]);
    await screen.findByRole('treeitem', { name: 'cat.png: Source' });
    expect(replaced()).toBeNull();
    replace(model.studio.getState().openId);
    press('Enter', { ctrlKey: true });
    await waitFor(() => expect(asked).toHaveLength(1));
    await waitFor(() => expect(replaced()).toBeNull());
  });
});
