import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { POOL_PRESETS } from '@shared/pool-presets';
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

async function openPool() {
  const { model } = await renderApp('full', <App />);
  act(() => show(model.ui, { kind: 'settings' }));
  const pool = () => model.live.getState().settings?.pool;
  return { section: within(screen.getByRole('region', { name: 'Pool' })), pool };
}

describe('the settings of the pool', () => {
  it('are set as a whole by a preset', async () => {
    const { section, pool } = await openPool();
    expect(section.getByRole<HTMLInputElement>('radio', { name: /^No cooldown/ }).checked).toBe(true);
    fireEvent.click(section.getByRole('radio', { name: /^gemini_parallel/ }));
    await waitFor(() => expect(pool()).toEqual(POOL_PRESETS[1]?.settings));
    expect(section.getByLabelText<HTMLInputElement>('A key rests after each answer').value).toBe('30');
    expect(section.getByLabelText<HTMLInputElement>('A key that is out stays out').value).toBe('12');
  });

  it('are custom once one differs, and each goes back to its default', async () => {
    const { section, pool } = await openPool();
    const field = section.getByLabelText('Wait for a minute quota');
    fireEvent.change(field, { target: { value: '90' } });
    fireEvent.blur(field);
    await waitFor(() => expect(pool()?.exhaustedWaitMs).toBe(90_000));
    expect(section.getByRole<HTMLInputElement>('radio', { name: /^Custom/ }).checked).toBe(true);
    fireEvent.click(section.getByRole('button', { name: 'Reset Wait for a minute quota' }));
    await waitFor(() => expect(pool()).toEqual(DEFAULT_POOL_SETTINGS));
    expect(section.queryByRole('radio', { name: /^Custom/ })).toBeNull();
  });

  it('say which keys go first, and guard against bans', async () => {
    const { section, pool } = await openPool();
    fireEvent.change(section.getByLabelText('Free keys'), { target: { value: 'last' } });
    await waitFor(() => expect(pool()?.freeKeys).toBe('last'));
    fireEvent.click(section.getByRole('checkbox', { name: /it may be banning this computer/ }));
    await waitFor(() => expect(pool()?.banProtection).toBe(true));
  });
});
