import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { App } from '../../app';
import { show } from '../../state/ui-store';
import { renderApp } from '../../testing/render-app';

describe('the daily caps', () => {
  it('are saved once a field is left, one beside the other, and taken away as a whole', async () => {
    const { model } = await renderApp('full', <App />);
    act(() => show(model.ui, { kind: 'settings' }));
    const section = within(screen.getByRole('region', { name: 'Daily caps' }));
    const saved = () => model.live.getState().settings?.dayCaps;
    const fill = (label: string, value: string) => {
      fireEvent.change(section.getByLabelText(label), { target: { value } });
      expect(saved()).not.toHaveProperty(label);
      fireEvent.blur(section.getByLabelText(label));
    };
    fill('Cost cap, $', '25');
    await waitFor(() => expect(saved()).toEqual({ costUsd: 25 }));
    fill('Request cap', '1000');
    await waitFor(() => expect(saved()).toEqual({ costUsd: 25, requests: 1000 }));
    fireEvent.click(section.getByRole('button', { name: 'Reset the daily caps' }));
    await waitFor(() => expect(saved()).toEqual({}));
  });
});
