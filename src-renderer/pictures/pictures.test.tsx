/** Saving, copying and dragging a picture, on the scripted backend. */
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outgoing, OutgoingWork } from '../exports/outgoing';
import { useModel } from '../state/app-model';
import { renderApp } from '../testing/render-app';
import { MenuButton } from '../ui/menu';
import { Toasts } from '../ui/toasts';
import { EditorSetting } from './editor-setting';
import { DragHandle, useDragOut } from './drag-out';
import { pictureMenu } from './picture-actions';

const RESULT = { kind: 'result', resultId: 7 } as const;
const SIGNED = { kind: 'result', resultId: 8 } as const;
const NODE = { kind: 'node', nodeId: 3, part: 'picture' } as const;

function Menu({ picture }: { readonly picture: typeof RESULT | typeof SIGNED | typeof NODE }) {
  return <MenuButton items={pictureMenu(useModel(), picture)} label="Picture" />;
}

function page(picture: typeof RESULT | typeof SIGNED | typeof NODE) {
  return renderApp(
    'done',
    <>
      <Menu picture={picture} />
      <Outgoing />
      <OutgoingWork />
      <Toasts />
    </>,
  );
}

const choose = (name: RegExp) => fireEvent.click(screen.getByRole('menuitem', { name }));

describe('Save as', () => {
  it('saves every byte as it came unless something else is asked for', async () => {
    const { backend } = await page(RESULT);
    choose(/^Save as/);
    fireEvent.click(screen.getByRole('button', { name: 'Choose where…' }));
    expect(await screen.findByText('Saved 000187.png')).toBeTruthy();
    expect(backend.pictures.saved).toEqual([
      { format: 'original', quality: 92, colour: 'keep', embedRecipe: false },
    ]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('asks for the quality of what has one, for the colours, and for the recipe', async () => {
    const { backend } = await page(RESULT);
    choose(/^Save as/);
    expect(screen.queryByLabelText('Quality')).toBeNull();
    fireEvent.click(screen.getByRole('radio', { name: /^PNG/ }));
    expect(screen.queryByLabelText('Quality')).toBeNull();
    fireEvent.click(screen.getByRole('radio', { name: /^JPEG/ }));
    fireEvent.change(screen.getByLabelText('Quality'), { target: { value: '80' } });
    fireEvent.change(screen.getByLabelText('Colours'), { target: { value: 'srgb' } });
    fireEvent.click(screen.getByLabelText(/^Embed its recipe/));
    fireEvent.click(screen.getByRole('button', { name: 'Choose where…' }));
    await screen.findByText('Saved 000187.jpg');
    expect(backend.pictures.saved).toEqual([
      { format: 'jpeg', quality: 80, colour: 'srgb', embedRecipe: true },
    ]);
  });

  it('says of a signed picture that it stays untouched, and that a copy would not be signed', async () => {
    await page(SIGNED);
    choose(/^Save as/);
    expect(await screen.findByText(/saved without changing a byte/)).toBeTruthy();
    expect(screen.getByLabelText(/in a file beside it/)).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: /^WebP/ }));
    expect(screen.getByText(/The converted copy will not be/)).toBeTruthy();
  });
});

describe('the menu', () => {
  it('copies a picture', async () => {
    const { backend } = await page(RESULT);
    choose(/^Copy picture/);
    expect(await screen.findByText('Copied the picture')).toBeTruthy();
    expect(backend.pictures.copied).toEqual([RESULT]);
    expect(screen.queryByRole('menuitem', { name: /another program/ })).toBeNull();
  });

  it('opens a picture of the studio in another program, and says what becomes of it', async () => {
    const { backend } = await page(NODE);
    choose(/^Open in another program/);
    expect(await screen.findByText(/^Opened in Krita; what you save there comes back/)).toBeTruthy();
    expect(backend.pictures.opened).toEqual([3]);
  });
});

describe('the program for pictures', () => {
  it('is chosen in the system dialog, and given back to the system', async () => {
    await renderApp('done', <EditorSetting />);
    expect(screen.getByText('the program your system chooses')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Choose a program…' }));
    expect(await screen.findByText('Krita')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Reset Program for pictures' }));
    expect(await screen.findByText('the program your system chooses')).toBeTruthy();
  });
});

describe('dragging out', () => {
  const drag = vi.fn(async (_ticket: string) => undefined);
  beforeEach(() => {
    drag.mockClear();
    Object.defineProperty(window, 'brushfleet', { configurable: true, value: { connect: () => null, drag } });
  });
  afterEach(() => {
    Reflect.deleteProperty(window, 'brushfleet');
  });

  it('hands over a ticket, prepared when the pointer comes near, and no path', async () => {
    const { backend } = await renderApp('done', <DragHandle pictures={[RESULT, NODE]} />);
    const handle = screen.getByTitle('Drag to another program');
    fireEvent.pointerEnter(handle);
    await waitFor(() => expect(backend.pictures.dragged).toEqual([[RESULT, NODE]]));
    await Promise.resolve();
    const event = new Event('dragstart', { bubbles: true, cancelable: true });
    fireEvent(handle, event);
    await waitFor(() => expect(drag).toHaveBeenCalledWith(expect.stringMatching(/^[0-9a-f-]{36}$/)));
    expect(event.defaultPrevented).toBe(true);
  });

  it('names the file to a browser, which fetches it itself, one at a time', async () => {
    const fileUrl = () => 'http://studio/app/picture?as=file';
    const inBrowser = { browser: { logOut: async () => undefined, fileUrl } };
    await renderApp(
      'done',
      <>
        <DragHandle pictures={[RESULT]} />
        <span data-testid="two">
          <DragHandle pictures={[RESULT, NODE]} />
        </span>
        <Toasts />
      </>,
      inBrowser,
    );
    const [one, two] = screen.getAllByTitle(/^Drag to a folder/);
    const start = async (handle: HTMLElement | undefined) => {
      const told: string[][] = [];
      const data = { effectAllowed: '', setData: (...pair: string[]) => void told.push(pair) };
      fireEvent.pointerEnter(handle ?? document.body);
      await waitFor(async () => {
        const event = new Event('dragstart', { bubbles: true, cancelable: true });
        fireEvent(handle ?? document.body, Object.assign(event, { dataTransfer: data }));
        expect(told.length > 0 || screen.queryByText(/one picture at a time/) !== null).toBe(true);
      });
      return told;
    };
    const [told] = await start(one);
    expect(told).toEqual(['DownloadURL', 'image/png:000187.png:http://studio/app/picture?as=file']);
    expect(await start(two)).toEqual([]);
    expect(screen.getByText(/export these to have them all/)).toBeTruthy();
    expect(drag).not.toHaveBeenCalled();
  });

  it("leaves the window's own drags alone unless Alt is held", async () => {
    function Tile() {
      return (
        <div data-testid="tile" {...useDragOut([RESULT], { onlyWithAlt: true })}>
          a tile
        </div>
      );
    }
    await renderApp('done', <Tile />);
    const tile = screen.getByTestId('tile');
    fireEvent.pointerDown(tile);
    const plain = new Event('dragstart', { bubbles: true, cancelable: true });
    fireEvent(tile, plain);
    expect(plain.defaultPrevented).toBe(false);
    const alt = Object.assign(new Event('dragstart', { bubbles: true, cancelable: true }), { altKey: true });
    fireEvent(tile, alt);
    expect(alt.defaultPrevented).toBe(true);
  });
});
