/** The heat-map of what changed, over the result: on or off for the whole review, and as strong as it was left. */
import type { JobDetail } from '@shared/model/run';
import { useMemo, useState } from 'react';
import type { CompareOverlay } from '../../compare/overlay-picture';
import { Keys } from '../../ui/keys';

export interface HeatMap {
  readonly isShown: boolean;
  readonly opacity: number;
  toggle(): void;
  setOpacity(opacity: number): void;
}

export function useHeatMap(): HeatMap {
  const [isShown, setShown] = useState(false);
  const [opacity, setOpacity] = useState(0.7);
  return useMemo(
    () => ({ isShown, opacity, setOpacity, toggle: () => setShown((old) => !old) }),
    [isShown, opacity],
  );
}

/** What lies over the result; undefined: nothing, or there is none of it. */
export function overlayOf(map: HeatMap, detail: JobDetail): CompareOverlay | undefined {
  const { heatMap } = detail;
  return map.isShown && heatMap !== undefined
    ? { url: heatMap, label: 'Heat-map', opacity: map.opacity, onOpacity: map.setOpacity }
    : undefined;
}

export function HeatMapButton({ map, detail }: { readonly map: HeatMap; readonly detail: JobDetail }) {
  const isThere = detail.heatMap !== undefined;
  return (
    <button
      aria-keyshortcuts="H"
      aria-pressed={map.isShown}
      className="chip"
      disabled={!isThere}
      onClick={map.toggle}
      title={isThere ? 'Where the result differs from its source' : whyNot(detail)}
      type="button"
    >
      Heat-map <Keys press="H" />
    </button>
  );
}

function whyNot({ inputs, result, measures }: JobDetail): string {
  if (result === undefined) {
    return 'There is no result to compare';
  }
  return inputs.length > 0 && measures?.source?.turned !== undefined
    ? 'The result was turned, so it does not line up with its source'
    : 'There is no source to compare with';
}
