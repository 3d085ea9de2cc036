/** A picture of a comparison on its ground: what is transparent is told apart from what is not loaded yet. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Unreadable, UNREADABLE } from '../pictures/unreadable';
import type { ComparedPicture } from './compare-model';
import { SharpPicture } from './sharp-picture';
import type { Placement, Size } from './zoom';

interface PictureFrameProps {
  readonly picture: ComparedPicture;
  readonly alt: string;
  readonly frame: Size;
  readonly placement: Placement;
  readonly isContained: boolean;
  readonly hasFailed: boolean;
  /** What lies over it. */
  readonly children: ReactNode;
  onLoaded(url: string, size: Size): void;
  onFailed(url: string, hasFailed: boolean): void;
  onSharpening(url: string, isUnderWay: boolean): void;
}

export function PictureFrame(props: PictureFrameProps) {
  const { picture, frame, placement, hasFailed, children, onLoaded, onFailed } = props;
  const { url, unreadable = UNREADABLE } = picture;
  const [shown, setShown] = useState<string | null>(null);
  if (hasFailed) {
    return <Unreadable onRetry={() => onFailed(url, false)} sentence={unreadable} />;
  }
  const state = shown === url ? 'shown' : 'loading';
  return (
    <Frame frame={frame} placement={placement} state={state}>
      <SharpPicture
        alt={props.alt}
        frame={frame}
        isContained={props.isContained}
        onFailed={() => onFailed(url, true)}
        onLoaded={(size) => {
          setShown(url);
          onLoaded(url, size);
        }}
        onSharpening={props.onSharpening}
        placement={placement}
        url={url}
      />
      {children}
      {state === 'loading' && <span className="compare-loading">Loading</span>}
    </Frame>
  );
}

interface FrameProps {
  readonly frame: Size;
  readonly placement: Placement;
  readonly state: 'loading' | 'shown';
  readonly children: ReactNode;
}

export function Frame({ frame, placement: { scale, left, top }, state, children }: FrameProps) {
  return (
    <div
      className="compare-frame"
      data-state={state}
      style={{
        width: frame.width * scale,
        height: frame.height * scale,
        transform: `translate(${left}px, ${top}px)`,
      }}
    >
      {children}
    </div>
  );
}
