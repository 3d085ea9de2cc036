import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

const press = (key: string, held: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });

async function openSettings() {
  const rendered = await renderApp('full', <App />);
  act(() => show(rendered.model.ui, { kind: 'settings' }));
  await screen.findByRole('heading', { name: 'Tokens' });
  return rendered;
}

describe('the settings, by keyboard', () => {
  // The page of the tests has no place to scroll to.
  beforeEach(() => {
    Element.prototype.scrollIntoView = vi.fn();
  });

  it('lead from section to section, out of a field as well', async () => {
    await openSettings();
    press('ArrowDown', { ctrlKey: true });
    expect(document.activeElement?.textContent).toBe('New runs');
    act(() => screen.getByLabelText('Timeout').focus());
    press('ArrowDown', { ctrlKey: true });
    expect(document.activeElement?.textContent).toBe('Daily caps');
    press('ArrowUp', { ctrlKey: true });
    press('ArrowUp', { ctrlKey: true });
    expect(document.activeElement?.textContent).toBe('New runs');
  });

  it('save what is being written, and stay in its field', async () => {
    const { model } = await openSettings();
    const field = within(screen.getByRole('region', { name: 'Daily caps' })).getByLabelText('Cost cap, $');
    act(() => field.focus());
    fireEvent.change(field, { target: { value: '25' } });
    expect(model.live.getState().settings?.dayCaps).toEqual({});
    press('s', { ctrlKey: true });
    await waitFor(() => expect(model.live.getState().settings?.dayCaps).toEqual({ costUsd: 25 }));
    expect(document.activeElement).toBe(field);
  });

  it('add to the section that has the focus, and to no other', async () => {
    await openSettings();
    press('n');
    expect(screen.queryByRole('dialog')).toBeNull();
    act(() => screen.getByRole('button', { name: 'Add a model…' }).focus());
    press('n');
    expect(screen.getByRole('dialog', { name: 'Add a model' })).toBeTruthy();
  });
});
