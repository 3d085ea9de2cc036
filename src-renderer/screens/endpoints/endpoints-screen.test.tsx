import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

const A = 'AIzaSyAAAAAAAAAAAA1111';
const B = 'AIzaSyBBBBBBBBBBBB2222';

async function openEndpoints() {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'endpoints', endpointId: 'google' }));
  return rendered;
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const menuItem = (menu: string, name: string) =>
  within(screen.getByRole('menu', { name: menu, hidden: true })).getByRole('menuitem', {
    name: new RegExp(`^${name}`),
    hidden: true,
  });

describe('keys', () => {
  it('show label, last four and state in words', async () => {
    await openEndpoints();
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(
        /^team-a …x7Qdpaid studio-projectReady52 \/ 60611 \/ 1,00071.2k \/ 250k799.1%8.1 \/ 14 s\$6.02/,
      ),
      expect.stringMatching(/^team-b …p0Lkpaid studio-projectWaiting for quota 0:4\d60 \/ 60/),
      expect.stringMatching(/^team-c …m31aReady41 \/ ~44203/),
      expect.stringMatching(/^free-1 …tt9ZfreeOut for today0 \/ 525 \/ 25/),
      expect.stringMatching(/^old …aa02Invalid/),
    ]);
    expect(
      within(rows[4] as HTMLElement).getByText(/Since .*The provider does not know this key/),
    ).toBeTruthy();
    expect(screen.getByText(/team-a and team-b are in quota group/)).toBeTruthy();
  });

  it('that are locked are unlocked where they stand', async () => {
    const { backend, model } = await openEndpoints();
    expect(screen.queryByText(/keys are locked/)).toBeNull();
    act(() => backend.tell({ kind: 'vault', vault: { kind: 'passphrase', locked: true } }));
    const notice = await screen.findByText(/Your keys are locked/);
    expect(screen.queryByText('Locked')).toBeNull();
    act(() =>
      model.live.setState(({ endpoints }) => ({
        endpoints: endpoints.map((view) => ({
          ...view,
          keys: view.keys.map((key) => ({ ...key, readable: false })),
        })),
      })),
    );
    expect(screen.getAllByText('Locked').length).toBeGreaterThan(1);
    expect(screen.queryByText(/^Not readable/)).toBeNull();
    fireEvent.click(button('Unlock…'));
    expect(screen.getByRole('dialog', { name: 'Unlock your keys' })).toBeTruthy();
    act(() => model.accept({ kind: 'vault', vault: { kind: 'passphrase', locked: false } }));
    expect(notice.isConnected).toBe(false);
  });

  it('count down by the second', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'setTimeout', 'clearInterval', 'clearTimeout'] });
    try {
      await openEndpoints();
      act(() => void vi.advanceTimersByTime(10_000));
      expect(screen.getByText('Waiting for quota 0:32')).toBeTruthy();
      act(() => void vi.advanceTimersByTime(5_000));
      expect(screen.getByText('Waiting for quota 0:27')).toBeTruthy();
    } finally {
      vi.useRealTimers();
    }
  });

  it('are found by what is typed, and by state', async () => {
    await openEndpoints();
    const shown = () =>
      screen
        .getAllByRole('row')
        .slice(1)
        .map((row) => row.textContent?.slice(0, 6));
    fireEvent.change(screen.getByLabelText('Search keys of this endpoint'), { target: { value: 'team' } });
    expect(shown()).toEqual(['team-a', 'team-b', 'team-c']);
    fireEvent.click(button('Ready 2'));
    expect(shown()).toEqual(['team-a', 'team-c']);
    fireEvent.change(screen.getByLabelText('Search keys of this endpoint'), { target: { value: 'no such' } });
    fireEvent.click(button('Show all 5'));
    expect(shown()).toHaveLength(5);
  });

  it('are drawn only as far as they are in view, and reached by arrow keys', async () => {
    const { model } = await renderApp('many', <App />);
    act(() => show(model.ui, { kind: 'endpoints', endpointId: 'google' }));
    const grid = screen.getByRole('grid', { name: 'Keys of Google official' });
    expect(grid.getAttribute('aria-rowcount')).toBe('1501');
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
    const [, first] = screen.getAllByRole('row');
    act(() => first?.focus());
    fireEvent.keyDown(first as HTMLElement, { key: 'ArrowDown' });
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('3'));
    fireEvent.keyDown(document.activeElement as HTMLElement, { key: 'Enter' });
    expect(screen.getByRole('dialog', { name: /pool-0002/ })).toBeTruthy();
  });

  it('are paused and resumed; what is in flight drains', async () => {
    await openEndpoints();
    fireEvent.click(button('Pause team-a …x7Qd'));
    expect(await screen.findByText('Draining · 7 in flight')).toBeTruthy();
    fireEvent.click(button('Resume team-a …x7Qd'));
    await waitFor(() => expect(screen.queryByText(/Draining/)).toBeNull());
  });

  it('are tried again when reset', async () => {
    await openEndpoints();
    fireEvent.click(menuItem('More for old …aa02', 'Reset'));
    expect(await screen.findByText('old …aa02 is tried again')).toBeTruthy();
    await waitFor(() => expect(screen.queryByText('Invalid')).toBeNull());
  });

  it('are pasted in bulk: doubles are left out before anything is sent', async () => {
    const { backend } = await openEndpoints();
    const sent: unknown[] = [];
    const add = backend.client.keys.add;
    backend.client.keys.add = async (request) => {
      sent.push([request.tier, request.groupId, request.keys]);
      return await add(request);
    };
    fireEvent.click(button('Add keys…'));
    const dialog = screen.getByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText('Keys'), { target: { value: `${A}\n${B},${A}` } });
    fireEvent.change(within(dialog).getByLabelText('Label'), { target: { value: 'lab' } });
    expect(within(dialog).getByText('2 keys, 1 duplicate left out')).toBeTruthy();
    expect(within(dialog).getByText(/line 2 repeats line 1/)).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Tier'), { target: { value: 'free' } });
    fireEvent.change(within(dialog).getByLabelText('Quota group'), { target: { value: 'studio-project' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add 2 keys' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent).toEqual([
      [
        'free',
        'studio-project',
        [
          { label: 'lab 6', secret: A },
          { label: 'lab 7', secret: B },
        ],
      ],
    ]);
    expect(await screen.findByText('2 keys added')).toBeTruthy();
    expect(document.body.innerHTML).not.toContain(A);
  });

  it('that may be here already are pointed out before they are added', async () => {
    await openEndpoints();
    fireEvent.click(button('Add keys…'));
    const text = `AIzaSyCCCCCCCCCCCCx7Qd\n${A}`;
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: text } });
    expect(screen.getByText('2 keys, 1 perhaps here already')).toBeTruthy();
    expect(screen.getByText(/like team-a/)).toBeTruthy();
  });

  it('are refused at their field, and the paste stays', async () => {
    const { backend } = await openEndpoints();
    backend.client.keys.add = async () => {
      throw new ORPCError('BAD_INPUT', { message: 'That group is gone.', data: { field: 'groupId' } });
    };
    fireEvent.click(button('Add keys…'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    expect(await screen.findByText('That group is gone.')).toBeTruthy();
    expect(screen.getByLabelText('Quota group').getAttribute('aria-invalid')).toBe('true');
  });

  it('wait for the vault: the choice is asked for and the call tried again', async () => {
    const { backend } = await openEndpoints();
    backend.vault = { kind: 'undecided', why: 'no service answers.' };
    fireEvent.click(button('Add keys…'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    const vault = await screen.findByRole('dialog', { name: 'How should keys be kept?' });
    expect(
      within(vault).getByText('The keyring of this system cannot keep them: no service answers.'),
    ).toBeTruthy();
    fireEvent.click(within(vault).getByRole('button', { name: 'Use this' }));
    expect(await screen.findByText('1 key added')).toBeTruthy();
    expect(backend.vault).toEqual({ kind: 'session' });
  });

  it('are never kept weaker than chosen: a passphrase must be long enough and the same twice', async () => {
    const { backend } = await openEndpoints();
    backend.vault = { kind: 'undecided', why: '' };
    fireEvent.click(button('Add keys…'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    const vault = await screen.findByRole('dialog', { name: 'How should keys be kept?' });
    fireEvent.click(within(vault).getByRole('radio', { name: /sealed by a passphrase/ }));
    const keep = within(vault).getByRole('button', { name: 'Use this' });
    fireEvent.change(within(vault).getByLabelText('Passphrase'), { target: { value: 'long enough' } });
    fireEvent.change(within(vault).getByLabelText('Repeat passphrase'), { target: { value: 'long enoug' } });
    expect(keep.hasAttribute('disabled')).toBe(true);
    const form = keep.closest('form');
    if (form !== null) {
      fireEvent.submit(form);
    }
    expect(backend.vault.kind).toBe('undecided');
    fireEvent.change(within(vault).getByLabelText('Repeat passphrase'), { target: { value: 'long enough' } });
    fireEvent.click(keep);
    await waitFor(() => expect(backend.vault.kind).toBe('passphrase'));
  });

  it('stay unsaved, with a sentence, when the vault stays closed', async () => {
    const { backend } = await openEndpoints();
    backend.vault = { kind: 'undecided', why: '' };
    fireEvent.click(button('Add keys…'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    const vault = await screen.findByRole('dialog', { name: 'How should keys be kept?' });
    fireEvent.click(within(vault).getByRole('button', { name: 'Cancel' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing was saved');
    expect(screen.getByLabelText<HTMLTextAreaElement>('Keys', { selector: 'textarea' }).value).toBe(A);
  });

  it('are removed only after a confirmation', async () => {
    await openEndpoints();
    fireEvent.click(menuItem('More for team-a …x7Qd', 'Remove…'));
    expect(screen.getByText(/erased from the vault/)).toBeTruthy();
    fireEvent.click(button('Remove key'));
    await waitFor(() => expect(screen.queryByRole('row', { name: /team-a/ })).toBeNull());
  });
});

describe('an invalid key', () => {
  it('is removed with all others of its kind, after a confirmation', async () => {
    const { backend } = await renderApp('failing', <App />).then((rendered) => {
      act(() => show(rendered.model.ui, { kind: 'endpoints', endpointId: 'google' }));
      return rendered;
    });
    const removed: string[] = [];
    const remove = backend.client.keys.remove;
    backend.client.keys.remove = async (request) => {
      removed.push(request.keyId);
      await remove(request);
    };
    fireEvent.click(menuItem('Groups and more', 'Remove 2 invalid…'));
    expect(removed).toEqual([]);
    fireEvent.click(button('Remove 2 keys'));
    await waitFor(() => expect(removed).toEqual(['team-a-x7Qd', 'old-aa02']));
  });
});
