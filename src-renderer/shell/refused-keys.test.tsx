import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import type { FleetEvent, KeyState } from '@shared/model/endpoint';
import { expect, it } from 'vitest';
import { App } from '../app';
import type { AppModel } from '../state/app-model';
import { show } from '../state/ui-store';
import { renderApp } from '../testing/render-app';

const REASON = { kind: 'invalid_key', message: 'The provider does not know this key.' } as const;

/** As main tells it: the event, and the keys as they are then. */
function putOut(model: AppModel, label: string, tail: string, reason: FailureReason = REASON): void {
  const state: KeyState = { status: 'FAILED_INIT', since: 0, reason };
  const { endpoints, fleetEvents } = model.live.getState();
  const event: FleetEvent = {
    kind: 'keyState',
    id: (fleetEvents[0]?.id ?? 0) + 1,
    at: 0,
    keyId: `${label}-${tail}`,
    keyLabel: label,
    keyTail: tail,
    endpointName: 'Google official',
    from: 'AVAILABLE',
    to: 'FAILED_INIT',
    reason,
  };
  model.accept({
    kind: 'endpoints',
    endpoints: endpoints.map((view) => ({
      ...view,
      keys: view.keys.map((key) => (key.id === event.keyId ? { ...key, state } : key)),
    })),
  });
  model.accept({ kind: 'fleetEvent', event });
}
type FailureReason = NonNullable<KeyState['reason']>;

const notice = () => screen.queryByRole('alert');

it('says on any screen that a key was refused, and leads to it', async () => {
  const { model } = await renderApp('full', <App />);
  // One was invalid before: that is no news.
  expect(notice()).toBeNull();
  act(() => putOut(model, 'team-c', 'm31a'));
  expect(notice()?.textContent).toContain('Key team-c …m31a was refused at Google official');
  expect(screen.getByRole('button', { name: '3 of 7 keys ready, 2 refused. Open Endpoints' })).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Show key' }));
  await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^team-c/));
  expect(notice()).toBeNull();
  act(() => show(model.ui, { kind: 'gallery' }));
  expect(notice()).toBeNull();
});

it('names several at once, goes when they are seen to, and can be closed', async () => {
  const { model } = await renderApp('full', <App />);
  act(() => putOut(model, 'team-a', 'x7Qd'));
  act(() => putOut(model, 'team-c', 'm31a', { kind: 'no_credit', message: 'No credit left.' }));
  expect(notice()?.textContent).toContain(
    '2 keys were refused or ran out of credit: team-c …m31a and team-a',
  );
  act(() =>
    model.live.setState(({ endpoints }) => ({
      endpoints: endpoints.map((view) => ({
        ...view,
        keys: view.keys.filter(({ label }) => label !== 'team-a'),
      })),
    })),
  );
  expect(notice()?.textContent).toContain('Key team-c …m31a is out of credit at Google official');
  fireEvent.click(screen.getByRole('button', { name: 'Close this notice' }));
  expect(notice()).toBeNull();
});
