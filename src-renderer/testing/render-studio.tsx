/** The studio in a page of its own, and the few gestures its tests are made of. */
import type { StudioAsk } from '@shared/model/studio';
import { act, fireEvent, screen } from '@testing-library/react';
import { App } from '../app';
import { show } from '../state/ui-store';
import type { FakeScene } from './fake-backend';
import { renderApp } from './render-app';
import type { Rendered } from './render-app';

export const button = (name: string | RegExp) => screen.getByRole('button', { name });
export const item = (name: string | RegExp) => screen.getByRole('treeitem', { name });
export const field = () => screen.getByLabelText<HTMLTextAreaElement>('Instruction');
export const press = (key: string, part: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...part });
export const png = (name: string) => new File(['x'], name, { type: 'image/png' });

export interface Opened extends Rendered {
  readonly asked: {
    readonly ask: StudioAsk;
    readonly mask: File | undefined;
    readonly treeId: number | null;
  }[];
}

/** `asked`: what is sent from now on. */
export async function opened(scene: FakeScene = 'full'): Promise<Opened> {
  const rendered = await renderApp(scene, <App />);
  const { studio } = rendered.backend.client;
  const asked: Opened['asked'] = [];
  const send = studio.send;
  studio.send = async (input) => {
    asked.push({ ask: input.ask, mask: input.mask, treeId: input.treeId });
    return await send(input);
  };
  act(() => show(rendered.model.ui, { kind: 'studio', treeId: null }));
  if (scene !== 'empty') {
    await screen.findByRole('treeitem', { name: /woman-with-scarf/ });
  }
  return { ...rendered, asked };
}

export const write = (text: string) => fireEvent.change(field(), { target: { value: text } });
export const tick = async ({ backend }: Rendered) => await act(async () => backend.tick());

export function drop(type: string, ids: readonly number[]): void {
  const dataTransfer = {
    types: [type],
    files: [],
    getData: (asked: string) => (asked === type ? JSON.stringify(ids) : ''),
  };
  fireEvent.drop(screen.getByRole('region', { name: 'Composer' }), { dataTransfer });
}

export async function paste(images: readonly File[]): Promise<void> {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.defineProperty(event, 'clipboardData', { value: { files: images, getData: () => '' } });
  await act(async () => {
    window.dispatchEvent(event);
  });
}
