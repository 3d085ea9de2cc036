import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
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

describe('keys', () => {
  it('show label, last four and state in words', async () => {
    await openEndpoints();
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^team-a …x7QdReady/),
      expect.stringMatching(/^team-b …p0LkCooling 0:4\d/),
      expect.stringMatching(/^team-c …m31aReady/),
      expect.stringMatching(/^free-1 …tt9ZOut for today/),
      expect.stringMatching(/^old …aa02Invalid/),
    ]);
  });

  it('are pasted in bulk: doubles are left out before anything is sent', async () => {
    const { backend } = await openEndpoints();
    const sent: unknown[] = [];
    const add = backend.client.keys.add;
    backend.client.keys.add = async (request) => {
      sent.push(request.keys);
      return await add(request);
    };
    fireEvent.click(button('Add keys'));
    const dialog = screen.getByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText('Keys'), { target: { value: `${A}\n${B},${A}` } });
    fireEvent.change(within(dialog).getByLabelText('Label'), { target: { value: 'lab' } });
    expect(within(dialog).getByText('2 keys, 1 duplicate left out')).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add 2 keys' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent).toEqual([
      [
        { label: 'lab 6', secret: A },
        { label: 'lab 7', secret: B },
      ],
    ]);
    expect(await screen.findByText('2 keys added')).toBeTruthy();
    expect(document.body.innerHTML).not.toContain(A);
  });

  it('wait for the vault: the choice is asked for and the call tried again', async () => {
    const { backend } = await openEndpoints();
    backend.vault = { kind: 'undecided', why: 'This computer has no keyring.' };
    fireEvent.click(button('Add keys'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    const vault = await screen.findByRole('dialog', { name: 'How should keys be kept?' });
    expect(within(vault).getByText('This computer has no keyring.')).toBeTruthy();
    fireEvent.click(within(vault).getByRole('button', { name: 'Keep them so' }));
    expect(await screen.findByText('1 key added')).toBeTruthy();
    expect(backend.vault).toEqual({ kind: 'session' });
  });

  it('are never kept weaker than chosen: a passphrase must be long enough and the same twice', async () => {
    const { backend } = await openEndpoints();
    backend.vault = { kind: 'undecided', why: '' };
    fireEvent.click(button('Add keys'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    const vault = await screen.findByRole('dialog', { name: 'How should keys be kept?' });
    fireEvent.click(within(vault).getByRole('radio', { name: /sealed by a passphrase/ }));
    const keep = within(vault).getByRole('button', { name: 'Keep them so' });
    fireEvent.change(within(vault).getByLabelText('Passphrase'), { target: { value: 'long enough' } });
    fireEvent.change(within(vault).getByLabelText('Once more'), { target: { value: 'long enoug' } });
    expect(keep.hasAttribute('disabled')).toBe(true);
    const form = keep.closest('form');
    if (form !== null) {
      fireEvent.submit(form);
    }
    expect(backend.vault.kind).toBe('undecided');
    fireEvent.change(within(vault).getByLabelText('Once more'), { target: { value: 'long enough' } });
    fireEvent.click(keep);
    await waitFor(() => expect(backend.vault.kind).toBe('passphrase'));
  });

  it('stay unsaved, with a sentence, when the vault stays closed', async () => {
    const { backend } = await openEndpoints();
    backend.vault = { kind: 'undecided', why: '' };
    fireEvent.click(button('Add keys'));
    fireEvent.change(screen.getByLabelText('Keys', { selector: 'textarea' }), { target: { value: A } });
    fireEvent.click(button('Add 1 key'));
    const vault = await screen.findByRole('dialog', { name: 'How should keys be kept?' });
    fireEvent.click(within(vault).getByRole('button', { name: 'Cancel' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing was saved');
    expect(screen.getByLabelText<HTMLTextAreaElement>('Keys', { selector: 'textarea' }).value).toBe(A);
  });

  it('are removed only after a confirmation', async () => {
    await openEndpoints();
    fireEvent.click(button('Remove team-a …x7Qd'));
    expect(screen.getByText(/erased from the vault/)).toBeTruthy();
    fireEvent.click(button('Remove the key'));
    await waitFor(() => expect(screen.queryByRole('row', { name: /team-a/ })).toBeNull());
  });
});

describe('an endpoint', () => {
  it('previews where a request goes while its address is typed', async () => {
    await openEndpoints();
    const field = screen.getByLabelText('Base URL');
    fireEvent.change(field, { target: { value: 'http://relay.example/v1/' } });
    expect(
      screen.getByText('http://relay.example/v1/models/gemini-nano-banana-2.1:generateContent'),
    ).toBeTruthy();
    expect(screen.getByText(/keys and pictures travel in clear/)).toBeTruthy();
  });

  it('saves a field when it is left, and never an address that is none', async () => {
    const { backend } = await openEndpoints();
    const saved: string[] = [];
    const update = backend.client.endpoints.update;
    backend.client.endpoints.update = async (draft) => {
      saved.push(draft.baseUrl);
      return await update(draft);
    };
    const field = screen.getByLabelText('Base URL');
    fireEvent.change(field, { target: { value: 'relay' } });
    fireEvent.blur(field);
    expect(field.getAttribute('aria-invalid')).toBe('true');
    fireEvent.change(field, { target: { value: 'https://relay.example' } });
    fireEvent.blur(field);
    await waitFor(() => expect(saved).toEqual(['https://relay.example']));
  });

  it('puts a refusal under the field it belongs to', async () => {
    const { backend } = await openEndpoints();
    backend.client.endpoints.update = async () => {
      throw new ORPCError('BAD_INPUT', {
        message: 'Another endpoint has this name.',
        data: { field: 'name' },
      });
    };
    const field = screen.getByLabelText('Name');
    fireEvent.change(field, { target: { value: 'Relay Frankfurt' } });
    fireEvent.blur(field);
    expect(await screen.findByText('Another endpoint has this name.')).toBeTruthy();
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });

  it('tells what a test found, key by key', async () => {
    await openEndpoints();
    fireEvent.click(button('Test endpoint'));
    const results = await screen.findByRole('status', { name: 'Test results' });
    expect(within(results).getAllByText('Works')).toHaveLength(4);
    expect(within(results).getByText('Invalid key')).toBeTruthy();
    expect(within(results).getByText(/Replace or re-test this key/)).toBeTruthy();
  });
});
