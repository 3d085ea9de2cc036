/** Zoom and pan as numbers: which part of a picture a pane shows. Pure, so that panes, keys and tests share it. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * `fit`: the whole picture. `at`: `scale` screen pixels for one of the picture's own, and the point of the picture, 0 to 1
 * each way, that lies in the middle of its pane. It means the same for panes and pictures of any size, and so it can be
 * kept from one picture to the next.
 */
export type Zoom =
  | { readonly kind: 'fit' }
  | { readonly kind: 'at'; readonly scale: number; readonly x: number; readonly y: number };

/** What a zoom is seen through: the pane on the screen and the picture's frame, each in its own pixels. */
export interface Geometry {
  readonly pane: Size;
  readonly frame: Size;
}

/** Where the picture lies: its left upper corner in the pane, and how large one of its pixels is. */
export interface Placement {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const FIT: Zoom = { kind: 'fit' };
export const MOST_SCALE = 32;
/** Wheels and keys zoom by this much a notch. */
export const PER_NOTCH = 1.2;
/** From here on a pixel is shown as a square, not smoothed away. */
export const SQUARE_SCALE = 2;

export function fitScale({ pane, frame }: Geometry): number {
  const scale = Math.min(pane.width / frame.width, pane.height / frame.height);
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}

export function placementOf(zoom: Zoom, geometry: Geometry): Placement {
  const { pane, frame } = geometry;
  const scale = zoom.kind === 'fit' ? fitScale(geometry) : zoom.scale;
  const x = zoom.kind === 'fit' ? 0.5 : zoom.x;
  const y = zoom.kind === 'fit' ? 0.5 : zoom.y;
  // At 100 % and beyond each pixel of the picture has whole pixels of the screen: half a pixel off would smooth all of them.
  const place = (at: number, room: number, size: number) =>
    scale >= 1 ? Math.round(room / 2 - at * size * scale) : room / 2 - at * size * scale;
  return { scale, left: place(x, pane.width, frame.width), top: place(y, pane.height, frame.height) };
}

/** Zooms by `factor` about a point of the pane, which stays where it is. No smaller than whole, or than 100 % where that is smaller. */
export function zoomedBy(
  zoom: Zoom,
  geometry: Geometry,
  { factor, x, y }: { readonly factor: number; readonly x: number; readonly y: number },
): Zoom {
  const fit = fitScale(geometry);
  const before = placementOf(zoom, geometry);
  const least = Math.min(fit, 1);
  const scale = Math.min(Math.max(MOST_SCALE, fit), Math.max(least, before.scale * factor));
  if (Math.abs(scale - fit) < fit * 1e-6) {
    return FIT;
  }
  const { pane, frame } = geometry;
  const ratio = scale / before.scale;
  const left = x - (x - before.left) * ratio;
  const top = y - (y - before.top) * ratio;
  return keptInside(
    {
      kind: 'at',
      scale,
      x: (pane.width / 2 - left) / (frame.width * scale),
      y: (pane.height / 2 - top) / (frame.height * scale),
    },
    geometry,
  );
}

/** Moves the picture by screen pixels; never past its own edges. What fits whole stays in the middle. */
export function pannedBy(zoom: Zoom, geometry: Geometry, dx: number, dy: number): Zoom {
  if (zoom.kind === 'fit') {
    return zoom;
  }
  const { frame } = geometry;
  return keptInside(
    {
      ...zoom,
      x: zoom.x - dx / (frame.width * zoom.scale),
      y: zoom.y - dy / (frame.height * zoom.scale),
    },
    geometry,
  );
}

/** Whole, or 100 %; twice as large as whole where 100 % would be no closer look. */
export function toggled(zoom: Zoom, geometry: Geometry | null): Zoom {
  if (zoom.kind === 'at') {
    return FIT;
  }
  const fit = geometry === null ? 0 : fitScale(geometry);
  return { kind: 'at', scale: fit < 0.95 ? 1 : Math.min(MOST_SCALE, Math.round(fit * 2)), x: 0.5, y: 0.5 };
}

export function atScale(zoom: Zoom, scale: number): Zoom {
  return { kind: 'at', scale, x: zoom.kind === 'at' ? zoom.x : 0.5, y: zoom.kind === 'at' ? zoom.y : 0.5 };
}

/** A zoom that came from another picture may look past the edge of this one. */
export function keptInside(zoom: Zoom, { pane, frame }: Geometry): Zoom {
  if (zoom.kind === 'fit') {
    return zoom;
  }
  const { scale } = zoom;
  const kept = (at: number, room: number, size: number) => {
    const half = room / 2 / (size * scale);
    return half >= 0.5 || !Number.isFinite(half) ? 0.5 : Math.min(1 - half, Math.max(half, at));
  };
  return { ...zoom, x: kept(zoom.x, pane.width, frame.width), y: kept(zoom.y, pane.height, frame.height) };
}

export function percentOf(zoom: Zoom, geometry: Geometry | null): string {
  const scale = zoom.kind === 'at' ? zoom.scale : geometry === null ? null : fitScale(geometry);
  return scale === null ? 'Fit' : `${scale < 0.1 ? (scale * 100).toFixed(1) : Math.round(scale * 100)}%`;
}
