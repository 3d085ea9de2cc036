/** The size of gallery tiles, remembered. */
import { useModel, useUi } from '../state/app-model';
import { TILE_LIMITS } from '../state/ui-store';

export function TileSizeSlider() {
  const { ui } = useModel();
  const tileSize = useUi((state) => state.tileSize);
  return (
    <label className="tile-size hint">
      Size
      <input
        aria-label="Size of pictures"
        max={TILE_LIMITS.largest}
        min={TILE_LIMITS.smallest}
        title="Size of pictures"
        onChange={(event) => ui.setState({ tileSize: Number(event.target.value) })}
        step={8}
        type="range"
        value={tileSize}
      />
    </label>
  );
}
