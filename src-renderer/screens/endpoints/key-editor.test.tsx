import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { renderApp } from '../../testing/render-app';

async function openKey(keyId = 'team-a-x7Qd') {
  const rendered = await renderApp('full', <App />);
  const sent: object[] = [];
  const update = rendered.backend.client.keys.update;
  rendered.backend.client.keys.update = async (request) => {
    sent.push(request);
    return await update(request);
  };
  act(() => void rendered.model.ui.setState({ overlay: { kind: 'editKey', keyId } }));
  return { ...rendered, sent };
}

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Save key' }));

describe('the key editor', () => {
  it('sends only what was changed', async () => {
    const { sent } = await openKey();
    type('Label', 'team-alpha');
    type('Requests per minute', '30');
    save();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent).toEqual([
      {
        keyId: 'team-a-x7Qd',
        label: 'team-alpha',
        limits: { requestsPerMinute: 30, requestsPerDay: 1000, tokensPerMinute: 250_000 },
      },
    ]);
  });

  it('moves a key to another endpoint, and never leaves it without one', async () => {
    const { sent, model } = await openKey('free-1-tt9Z');
    const endpoints = model.live.getState().endpoints.filter(({ endpoint }) => !endpoint.demo);
    const here = endpoints.find(({ keys }) => keys.some(({ id }) => id === 'free-1-tt9Z'))?.endpoint;
    const other = endpoints.find(({ endpoint }) => endpoint.id !== here?.id)?.endpoint;
    const served = within(screen.getByRole('group', { name: 'Endpoints it serves' }));
    const chip = (name = '') => served.getByRole<HTMLButtonElement>('button', { name });
    expect(chip(here?.name).disabled).toBe(true);
    fireEvent.click(chip(other?.name));
    expect(chip(here?.name).disabled).toBe(false);
    fireEvent.click(chip(here?.name));
    expect(chip(other?.name).disabled).toBe(true);
    save();
    await waitFor(() => expect(sent).toEqual([{ keyId: 'free-1-tt9Z', endpointIds: [other?.id] }]));
  });

  it('is not saved past a group that is named and not made yet', async () => {
    const { sent } = await openKey();
    fireEvent.change(screen.getByLabelText('Quota group'), { target: { value: 'new group' } });
    type('Name of the new group', 'studio');
    save();
    expect(screen.getByLabelText<HTMLInputElement>('Name of the new group').validationMessage).toMatch(
      /^Create this group first/,
    );
    expect(sent).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Create group' }));
    await screen.findByLabelText('Quota group');
    save();
    await waitFor(() => expect(sent).toMatchObject([{ groupId: expect.any(String) as string }]));
  });

  it('bounds what a key may cost a day', async () => {
    const { sent } = await openKey();
    type('Cost cap per day, $', '7.5');
    save();
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ limits: { costPerDay: 7.5, requestsPerDay: 1000 } });
  });

  it('takes away what was cleared', async () => {
    const { sent } = await openKey('free-1-tt9Z');
    type('Requests per minute', '');
    fireEvent.blur(screen.getByLabelText('Requests per minute'));
    type('Requests per day', '');
    fireEvent.keyDown(screen.getByLabelText('Requests per day'), { key: 'Enter' });
    type('Tier', '');
    save();
    await waitFor(() => expect(sent).toEqual([{ keyId: 'free-1-tt9Z', limits: null, tier: null }]));
  });

  it('limits one model by itself', async () => {
    const { sent } = await openKey('team-c-m31a');
    type('Limits for one model', 'gemini-nano-banana-2.1');
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    const group = screen.getByRole('group', { name: /gemini-nano-banana-2.1/ });
    fireEvent.change(within(group).getByLabelText('Requests per minute'), { target: { value: '10' } });
    save();
    await waitFor(() =>
      expect(sent).toEqual([
        {
          keyId: 'team-c-m31a',
          limits: { models: { 'gemini-nano-banana-2.1': { requestsPerMinute: 10 } } },
        },
      ]),
    );
  });

  it('shows the account, what was learned and the last failure', async () => {
    const first = await openKey();
    expect(screen.getByText('studio@example.org')).toBeTruthy();
    act(() => void first.model.ui.setState({ overlay: { kind: 'editKey', keyId: 'team-b-p0Lk' } }));
    expect(screen.getByText(/Waiting for quota: The provider allows 60/)).toBeTruthy();
    act(() => void first.model.ui.setState({ overlay: { kind: 'editKey', keyId: 'team-c-m31a' } }));
    expect(screen.getByText(/about 44 requests a minute/)).toBeTruthy();
  });

  it('puts a refusal at its field and keeps what was typed', async () => {
    const { backend } = await openKey();
    const message = 'Keys …x7Qd and …p0Lk are of one account: put them into the same quota group.';
    backend.client.keys.update = async () => {
      throw new ORPCError('BAD_INPUT', { message, data: { field: 'groupId' } });
    };
    type('Label', 'other');
    type('Quota group', '');
    save();
    expect(await screen.findByText(message)).toBeTruthy();
    expect(screen.getByLabelText('Quota group').getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByLabelText<HTMLInputElement>('Label').value).toBe('other');
  });

  it('makes a quota group on the spot, and says why a name is refused', async () => {
    const { sent } = await openKey('team-c-m31a');
    type('Quota group', 'new group');
    type('Name of the new group', 'studio-project');
    fireEvent.click(screen.getByRole('button', { name: 'Create group' }));
    expect(await screen.findByText(/There is a quota group studio-project already/)).toBeTruthy();
    type('Name of the new group', 'second');
    fireEvent.click(screen.getByRole('button', { name: 'Create group' }));
    await waitFor(() =>
      expect(screen.getByLabelText<HTMLSelectElement>('Quota group').value).toBe('group-1'),
    );
    save();
    await waitFor(() => expect(sent).toEqual([{ keyId: 'team-c-m31a', groupId: 'group-1' }]));
  });
});

describe('a quota group', () => {
  it('is renamed and limited, and removed after a confirmation', async () => {
    const { model } = await renderApp('full', <App />);
    const open = () =>
      act(() => void model.ui.setState({ overlay: { kind: 'editGroup', groupId: 'studio-project' } }));
    open();
    expect(screen.getByText(/2 keys are in it/)).toBeTruthy();
    type('Name', 'studio');
    type('Requests per minute', '120');
    fireEvent.click(screen.getByRole('button', { name: 'Save group' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(model.live.getState().groups).toEqual([
      { id: 'studio-project', name: 'studio', limits: { requestsPerMinute: 120, requestsPerDay: 1000 } },
    ]);
    open();
    fireEvent.click(screen.getByRole('button', { name: 'Remove group…' }));
    expect(model.live.getState().groups).toHaveLength(1);
    fireEvent.click(screen.getByRole('button', { name: 'Remove group' }));
    await waitFor(() => expect(model.live.getState().groups).toEqual([]));
    const keys = model.live.getState().endpoints.flatMap((view) => view.keys);
    await waitFor(() => expect(keys.length).toBeGreaterThan(0));
  });
});
