/** One picture in its frame: its preview first, its own pixels once one looks closer than the preview goes. */
import { fullUrlOf } from '@shared/media-url';
import { useCallback, useEffect, useState } from 'react';
import { SQUARE_SCALE } from './zoom';
import type { Placement, Size } from './zoom';

interface SharpPictureProps {
  readonly url: string;
  readonly alt: string;
  /** The frame it is fitted into, in pixels of the first picture. */
  readonly frame: Size;
  readonly placement: Placement;
  /** Of another shape than the frame: set into it whole, not stretched. */
  readonly isContained: boolean;
  readonly opacity?: number;
  onLoaded?(size: Size): void;
  onFailed?(): void;
  /** While the full picture is on its way. */
  onSharpening?(url: string, isUnderWay: boolean): void;
}

export function SharpPicture(props: SharpPictureProps) {
  const { url, alt, frame, placement, isContained, opacity, onLoaded, onSharpening } = props;
  const [preview, setPreview] = useState<(Size & { readonly url: string }) | null>(null);
  const loaded = preview?.url === url ? preview : null;
  // A tenth more than there is goes unnoticed; and a preview that is the whole picture has nothing to gain.
  const needsMore =
    loaded !== null &&
    frame.width > loaded.width &&
    frame.width * placement.scale * devicePixelRatio > loaded.width * 1.1;
  const full = useFullPicture(needsMore ? fullUrlOf(url) : undefined, { of: url, onSharpening });
  const shown = full ?? loaded;
  const isExact = shown !== null && shown.width >= frame.width;
  return (
    <img
      alt={alt}
      className="compare-picture"
      data-contained={isContained || undefined}
      data-square={(isExact && placement.scale >= SQUARE_SCALE) || undefined}
      // With the rest of the page, not a moment later: the next picture is there at once or not yet, never half.
      decoding="sync"
      draggable={false}
      onError={() => props.onFailed?.()}
      onLoad={(event) => {
        const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
        if (full === null) {
          setPreview({ url, width, height });
          onLoaded?.({ width, height });
        }
      }}
      src={full?.url ?? url}
      style={opacity === undefined ? undefined : { opacity }}
    />
  );
}

interface FullPicture extends Size {
  readonly url: string;
  readonly of: string;
}

interface Sharpening {
  readonly of: string;
  readonly onSharpening: SharpPictureProps['onSharpening'];
}

/** Loaded and decoded before it takes the preview's place; kept while the picture is shown, so that nothing flickers. */
function useFullPicture(wanted: string | undefined, { of, onSharpening }: Sharpening): FullPicture | null {
  const [full, setFull] = useState<FullPicture | null>(null);
  const held = full?.of === of ? full : null;
  const missing = held === null ? wanted : undefined;
  useEffect(() => {
    if (missing === undefined) {
      return;
    }
    let isWanted = true;
    const end = () => {
      isWanted = false;
      onSharpening?.(of, false);
    };
    const image = new Image();
    image.src = missing;
    onSharpening?.(of, true);
    image.decode().then(
      () => {
        if (isWanted) {
          setFull({ url: missing, of, width: image.naturalWidth, height: image.naturalHeight });
        }
      },
      // Too large to be made, or gone: the preview stays.
      end,
    );
    return end;
  }, [missing, of, onSharpening]);
  return held;
}

/** Whether any picture of a view waits for its own pixels, and what to tell it by. */
export function useSharpening(): readonly [boolean, (url: string, isUnderWay: boolean) => void] {
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set());
  const tell = useCallback(
    (url: string, isUnderWay: boolean) =>
      setWaiting((old) => {
        if (old.has(url) === isUnderWay) {
          return old;
        }
        const others = [...old].filter((one) => one !== url);
        return new Set(isUnderWay ? [...others, url] : others);
      }),
    [],
  );
  return [waiting.size > 0, tell];
}
