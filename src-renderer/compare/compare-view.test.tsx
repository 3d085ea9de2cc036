import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CompareMode, ComparedPicture } from './compare-model';
import { CompareView } from './compare-view';
import type { CompareViewProps } from './compare-view';
import { useCompare, useCompareKeys } from './use-compare';
import type { CompareState } from './use-compare';

const PANE = { width: 1000, height: 500 };
beforeEach(() => {
  // happy-dom lays nothing out.
  for (const [name, size] of Object.entries({ clientWidth: PANE.width, clientHeight: PANE.height })) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
  }
  HTMLElement.prototype.getBoundingClientRect = () => new DOMRect(0, 0, PANE.width, PANE.height);
});
afterEach(cleanup);

const source: ComparedPicture = {
  url: 'media://library/input-view/1-0-0',
  label: 'Source',
  width: 2000,
  height: 1000,
};
const result: ComparedPicture = { url: 'media://library/view/7', label: 'Result', width: 2000, height: 1000 };

let state: CompareState;
function Screen(props: Partial<CompareViewProps> & { readonly startMode?: CompareMode }) {
  const compare = useCompare(props.startMode ?? 'side');
  useCompareKeys(compare);
  useEffect(() => {
    state = compare;
  });
  return <CompareView alt="row 1" pictures={[source, result]} {...compare} {...props} />;
}
const shown = () => screen.getAllByRole('img').map((image) => image.getAttribute('alt'));
const key = (name: string, held: object = {}) => fireEvent.keyDown(window, { key: name, ...held });
const frames = () => [...document.querySelectorAll<HTMLElement>('.compare-frame')];
/** happy-dom's own wheel events do not know where they are. */
const wheel = (deltaY: number) =>
  act(() => {
    const event = new Event('wheel', { bubbles: true, cancelable: true });
    stage().dispatchEvent(Object.assign(event, { deltaY, clientX: 500, clientY: 250 }));
  });
const stage = () => document.querySelector<HTMLElement>('.compare-stage') ?? document.body;
const load = (image: HTMLElement, width: number) => {
  Object.defineProperty(image, 'naturalWidth', { configurable: true, value: width });
  Object.defineProperty(image, 'naturalHeight', { configurable: true, value: width / 2 });
  fireEvent.load(image);
};

describe('comparing', () => {
  it('shows up to four beside each other', () => {
    render(<Screen pictures={[source, { ...source, url: 'b' }, { ...source, url: 'c' }, result]} />);
    expect(shown()).toHaveLength(4);
    expect(stage().style.getPropertyValue('--columns')).toBe('2');
  });

  it('keeps those in one row that are called by where they stand, however wide they are', () => {
    const wide = (url: string) => ({ ...source, url, width: 4000, height: 500 });
    const pictures = ['left', 'source', 'right'].map(wide);
    const { rerender } = render(<Screen pictures={pictures} />);
    expect(stage().style.getPropertyValue('--columns')).toBe('1');
    rerender(<Screen isInRow pictures={pictures} />);
    expect(stage().style.getPropertyValue('--columns')).toBe('3');
    expect(stage().style.getPropertyValue('--rows')).toBe('1');
  });

  it('goes through the modes by M and swaps by C', () => {
    render(<Screen />);
    expect(shown()).toEqual(['Source of row 1', 'Result of row 1']);
    key('m');
    const divider = screen.getByRole('slider', { name: 'Divider between Source and Result' });
    fireEvent.change(divider, { target: { value: '30' } });
    const layers = [...document.querySelectorAll<HTMLElement>('.compare-layer')];
    expect(layers.map((layer) => layer.style.clipPath)).toEqual(['inset(0 70% 0 0)', 'inset(0 0 0 30%)']);
    key('c');
    expect(screen.getByRole('slider', { name: 'Divider between Result and Source' })).toBeTruthy();
    key('m');
    key('m');
    // Swapped: the source stands where the result was.
    expect(shown()).toEqual(['Source of row 1']);
    expect(screen.getByRole('button', { name: 'Result only' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('shows the first alone while \\ is held, and no longer than the window has the keys', () => {
    render(<Screen startMode="result" />);
    expect(shown()).toEqual(['Result of row 1']);
    key('\\');
    expect(shown()).toEqual(['Source of row 1']);
    fireEvent.keyUp(window, { key: '\\' });
    expect(shown()).toEqual(['Result of row 1']);
    key('\\');
    fireEvent.blur(window);
    expect(shown()).toEqual(['Result of row 1']);
  });

  it('says in place of a picture that cannot be read which it is, and tries it again when asked to', () => {
    const broken = { ...source, unreadable: '“a.jpg” cannot be read.' };
    const { rerender } = render(<Screen pictures={[broken, result]} startMode="slider" />);
    fireEvent.error(screen.getByAltText('Source of row 1'));
    expect(shown()).toEqual(['Result of row 1']);
    expect(screen.getByText('“a.jpg” cannot be read.')).toBeTruthy();
    // There is nothing to slide over.
    expect(screen.queryByRole('slider', { name: /^Divider/ })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(screen.getByRole('slider', { name: /^Divider/ })).toBeTruthy();
    fireEvent.error(screen.getByAltText('Source of row 1'));
    rerender(<Screen pictures={[result]} startMode="slider" />);
    rerender(<Screen pictures={[broken, result]} startMode="slider" />);
    expect(screen.getByAltText('Source of row 1')).toBeTruthy();
  });

  it('leaves its keys to those who type', () => {
    render(
      <>
        <input aria-label="Note" />
        <Screen />
      </>,
    );
    fireEvent.keyDown(screen.getByLabelText('Note'), { key: 'm' });
    expect(state.mode).toBe('side');
  });

  it('zooms all panes alike, and keeps the zoom for the next pictures', () => {
    const { rerender } = render(<Screen />);
    // Two panes of 499 x 500, the picture 2000 x 1000: it fits at a quarter.
    expect(frames().map(({ style }) => style.width)).toEqual(['499px', '499px']);
    key('z');
    expect(frames().map(({ style }) => style.width)).toEqual(['2000px', '2000px']);
    expect(new Set(frames().map(({ style }) => style.transform)).size).toBe(1);
    const before = frames()[0]?.style.transform;
    rerender(
      <Screen
        pictures={[
          { ...source, url: 'next' },
          { ...result, url: 'next result' },
        ]}
      />,
    );
    expect(frames()[0]?.style.transform).toBe(before);
    key('0', { ctrlKey: true });
    expect(frames()[0]?.style.width).toBe('499px');
    key('0', { ctrlKey: true, altKey: true });
    expect(frames()[0]?.style.width).toBe('2000px');
  });

  it('zooms at the wheel and pans under the hand', () => {
    render(<Screen startMode="result" />);
    for (let notch = 0; notch < 8; notch += 1) {
      wheel(-100);
    }
    expect(Number.parseFloat(frames()[0]?.style.width ?? '')).toBeCloseTo(1000 * 1.2 ** 8, 3);
    const left = () => Number(/translate\((-?[\d.]+)px/.exec(frames()[0]?.style.transform ?? '')?.[1]);
    const from = left();
    fireEvent.pointerDown(stage(), { button: 0, pointerId: 1, clientX: 500, clientY: 250 });
    fireEvent.pointerMove(stage(), { pointerId: 1, clientX: 440, clientY: 250 });
    expect(left()).toBeCloseTo(from - 60, 0);
    fireEvent.pointerUp(stage(), { pointerId: 1 });
    fireEvent.pointerMove(stage(), { pointerId: 1, clientX: 0, clientY: 0 });
    expect(left()).toBeCloseTo(from - 60, 0);
  });

  it('takes the full picture only once its preview has too few pixels', async () => {
    const asked: string[] = [];
    const RealImage = globalThis.Image;
    class Asked {
      naturalWidth = 2000;
      naturalHeight = 1000;
      set src(url: string) {
        asked.push(url);
      }
      decode = async () => undefined;
    }
    globalThis.Image = Asked as unknown as typeof Image;
    try {
      render(<Screen startMode="result" />);
      load(screen.getByRole('img'), 1280);
      expect(asked).toEqual([]);
      key('z');
      expect(asked).toEqual(['media://library/full/7']);
      await waitFor(() => expect(screen.getByRole('img').getAttribute('src')).toBe(asked[0]));
      key('z');
      key('z');
      expect(screen.getByRole('img').getAttribute('src')).toBe('media://library/full/7');
      expect(asked).toEqual(['media://library/full/7']);
    } finally {
      globalThis.Image = RealImage;
    }
  });

  it('tells what is not loaded yet from what is transparent', () => {
    render(<Screen />);
    const states = () => frames().map((frame) => frame.dataset['state']);
    expect(states()).toEqual(['loading', 'loading']);
    expect(screen.getAllByText('Loading')).toHaveLength(2);
    const [first, last] = screen.getAllByRole('img');
    load(first ?? stage(), 1000);
    fireEvent.error(last ?? stage());
    expect(states()).toEqual(['shown']);
    expect(screen.getByText(/^This picture cannot be read/)).toBeTruthy();
    expect(screen.queryByText('Loading')).toBeNull();
  });

  it('shows a result as large while the size of its source is not known as afterwards', () => {
    render(<Screen pictures={[{ url: source.url, label: source.label }, result]} />);
    const places = () => frames().map(({ style }) => `${style.width} ${style.height} ${style.transform}`);
    const before = places();
    expect(new Set(before)).toEqual(new Set(['499px 249.5px translate(0px, 125.25px)']));
    load(screen.getAllByRole('img')[0] ?? stage(), 1000);
    expect(places()).toEqual(before);
  });

  it('says that sizes differ, and what stands in place of a missing result', () => {
    const { rerender } = render(<Screen pictures={[source, { ...result, width: 1024, height: 1024 }]} />);
    expect(screen.getByText(/^Result \(1024 × 1024\) is fitted to Source \(2000 × 1000\)/)).toBeTruthy();
    rerender(<Screen instead={<b>no picture</b>} pictures={[source]} startMode="slider" />);
    expect(screen.getByText('no picture')).toBeTruthy();
    expect(screen.queryByRole('slider')).toBeNull();
    expect(shown()).toEqual(['Source of row 1']);
  });

  it('lays the heat-map over the result alone, as strong as asked', () => {
    let opacity = 0.5;
    const overlay = () => ({
      url: 'heat',
      label: 'Heat-map',
      opacity,
      onOpacity: (next: number) => (opacity = next),
    });
    const { rerender } = render(<Screen overlay={overlay()} />);
    expect(screen.getByText('Heat-map is being made')).toBeTruthy();
    const made = [...document.querySelectorAll('img')].filter(({ src }) => src.endsWith('heat'));
    made.forEach((image) => load(image, 1280));
    expect(screen.getAllByAltText('Heat-map').map((image) => image.style.opacity)).toEqual(['0.5']);
    act(() => {
      fireEvent.change(screen.getByRole('slider', { name: /Heat-map/ }), { target: { value: '0' } });
    });
    rerender(<Screen overlay={overlay()} />);
    expect(screen.queryByAltText('Heat-map')).toBeNull();
    opacity = 1;
    rerender(<Screen overlay={{ ...overlay(), url: 'none' }} />);
    const [gone] = [...document.querySelectorAll('img')].filter(({ src }) => src.endsWith('none'));
    fireEvent.error(gone!);
    expect(screen.getByText('There is no heat-map: its source cannot be read')).toBeTruthy();
  });

  it('stands still where no zoom is handed in', () => {
    render(<CompareView mode="slider" pictures={[source, result]} />);
    wheel(-100);
    fireEvent.doubleClick(stage());
    expect(frames().map(({ style }) => style.width)).toEqual(['1000px', '1000px']);
    expect(screen.queryByRole('toolbar')).toBeNull();
  });
});
