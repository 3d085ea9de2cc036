import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';
import { button } from '../../testing/render-studio';
import { Toasts } from '../../ui/toasts';
import { SettingsScreen } from './settings-screen';
import { hostsOf } from './service-section';

async function opened() {
  const rendered = await renderApp(
    'full',
    <>
      <SettingsScreen />
      <Toasts />
    </>,
  );
  act(() => show(rendered.model.ui, { kind: 'settings' }));
  await screen.findByLabelText('Run the service on this computer');
  return rendered;
}

const part = () => within(screen.getByRole('region', { name: 'Service' }));

describe('the service', () => {
  it('is off until it is switched on, and then tells its address and what it does', async () => {
    const { backend } = await opened();
    expect(part().getByText('Off')).toBeTruthy();
    fireEvent.click(screen.getByLabelText('Run the service on this computer'));
    expect(await part().findByText('http://127.0.0.1:5004', { selector: '.service-address' })).toBeTruthy();
    expect(part().getByText(/12 requests since .* 2 of 15 in flight · 1 waiting/)).toBeTruthy();
    expect(backend.service.settings).toEqual({ enabled: true, port: 5004, allowedHosts: [] });
  });

  it('says why it does not run, and moves to another port', async () => {
    const { backend } = await opened();
    backend.service.takenPort = 5004;
    fireEvent.click(screen.getByLabelText('Run the service on this computer'));
    expect((await part().findByRole('alert')).textContent).toContain('Port 5004 is taken');
    const port = part().getByLabelText('Port');
    fireEvent.change(port, { target: { value: '5005' } });
    fireEvent.blur(port);
    expect(await part().findByText('http://127.0.0.1:5005', { selector: '.service-address' })).toBeTruthy();
    const hosts = part().getByLabelText('Allowed hosts');
    fireEvent.change(hosts, { target: { value: 'Studio.local,  studio.local nas' } });
    fireEvent.blur(hosts);
    await waitFor(() => expect(backend.service.settings.allowedHosts).toEqual(['studio.local', 'nas']));
  });

  it('reads hosts however they are separated', () => {
    expect(hostsOf(' a.b,\nc  ')).toEqual(['a.b', 'c']);
    expect(hostsOf('')).toEqual([]);
  });
});

describe('tokens', () => {
  it('are made with caps of their own, and only said to be in the clipboard', async () => {
    const { backend } = await opened();
    fireEvent.click(await part().findByRole('button', { name: 'Add a token…' }));
    const dialog = within(screen.getByRole('dialog'));
    fireEvent.change(dialog.getByLabelText('Name'), { target: { value: ' Render farm ' } });
    fireEvent.change(dialog.getByLabelText('Cost cap, $'), { target: { value: '3' } });
    fireEvent.change(dialog.getByLabelText('Requests in flight'), { target: { value: '2' } });
    fireEvent.click(button('Create and copy'));
    expect(await screen.findByText('Copied to the clipboard; it is not shown again')).toBeTruthy();
    expect(backend.service.tokens.at(-1)).toMatchObject({
      name: 'Render farm',
      caps: { costUsd: 3 },
      concurrency: 2,
    });
    expect(await part().findByText('…k9Zz')).toBeTruthy();
  });

  it('show what they spent, are changed, and are revoked after a question', async () => {
    const { backend } = await opened();
    expect(await part().findByText('$1.27 of $5.00')).toBeTruthy();
    fireEvent.click(part().getByRole('button', { name: 'Edit Ana’s notebook' }));
    const dialog = within(screen.getByRole('dialog'));
    const bound = dialog.getByLabelText('Requests in flight');
    fireEvent.change(bound, { target: { value: '' } });
    fireEvent.blur(bound);
    fireEvent.click(dialog.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(backend.service.tokens[0]?.concurrency).toBeUndefined());
    fireEvent.click(part().getByRole('button', { name: 'Revoke Ana’s notebook' }));
    expect(backend.service.tokens).toHaveLength(1);
    fireEvent.click(button('Revoke token'));
    expect(await part().findByText(/No tokens yet/)).toBeTruthy();
  });
});
