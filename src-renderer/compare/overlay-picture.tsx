/** What lies over a picture, and how far it is: a heat-map may take a moment to be made, or have no source any more. */
import { useState } from 'react';
import { SharpPicture } from './sharp-picture';
import type { Placement, Size } from './zoom';

export interface CompareOverlay {
  /** A picture of the last one's frame, transparent where nothing is to be shown. */
  readonly url: string;
  readonly label: string;
  /** 0 to 1. */
  readonly opacity: number;
  onOpacity?(opacity: number): void;
}

interface OverlayPictureProps {
  readonly overlay: CompareOverlay;
  readonly frame: Size;
  readonly placement: Placement;
  readonly isContained: boolean;
}

/** To be keyed by the overlay's address: the next one begins anew. */
export function OverlayPicture({ overlay, frame, placement, isContained }: OverlayPictureProps) {
  const [state, setState] = useState<'busy' | 'ready' | 'failed'>('busy');
  const { url, label, opacity } = overlay;
  return (
    <>
      {state !== 'failed' && (
        <SharpPicture
          // Until it is there a name in its place would lie over the picture.
          alt={state === 'ready' ? label : ''}
          frame={frame}
          isContained={isContained}
          onFailed={() => setState('failed')}
          onLoaded={() => setState('ready')}
          opacity={opacity}
          placement={placement}
          url={url}
        />
      )}
      {state !== 'ready' && (
        <output className="compare-overlay-state">
          {state === 'busy'
            ? `${label} is being made`
            : `There is no ${label.toLowerCase()}: its source cannot be read`}
        </output>
      )}
    </>
  );
}
