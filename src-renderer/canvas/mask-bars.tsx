/** Above and below the canvas: the tools, and how they draw. */
import type { RefObject } from 'react';
import { ZoomTools } from '../compare/compare-bar';
import type { ZoomControl } from '../compare/use-zoom';
import { NumberField } from '../ui/field';
import { featherOf, MOST_FEATHER_PX } from './mask-document';
import type { MaskDocument } from './mask-document';
import type { MaskSource } from './mask-stage';
import { MASK_TOOL_NAMES, MASK_TOOLS, mostDiameter } from './mask-tools';
import type { MaskAct, ToolSettings } from './mask-tools';
import { Keys } from '../ui/keys';

interface MaskToolbarProps {
  readonly document: MaskDocument;
  readonly settings: ToolSettings;
  onAct(act: MaskAct): void;
  /** The field by which a mask is chosen. */
  readonly maskFile: RefObject<HTMLInputElement | null>;
  onLoad(file: File): void;
  onClose?(): void;
}

export function MaskToolbar({ document, settings, maskFile, onAct, onLoad, onClose }: MaskToolbarProps) {
  return (
    <div aria-label="Mask tools" className="mask-bar" role="toolbar">
      <div aria-label="Tool" className="row" role="group">
        {MASK_TOOL_NAMES.map((tool) => (
          <button
            aria-keyshortcuts={MASK_TOOLS[tool].key}
            aria-pressed={settings.tool === tool}
            className="btn small mask-tool"
            key={tool}
            onClick={() => onAct({ kind: 'tool', tool })}
            title={MASK_TOOLS[tool].hint}
            type="button"
          >
            {MASK_TOOLS[tool].label} <Keys press={MASK_TOOLS[tool].key} />
          </button>
        ))}
      </div>
      <span aria-hidden="true" className="mask-gap" />
      <div aria-label="Whole mask" className="row" role="group">
        <button className="btn small ghost" onClick={() => onAct({ kind: 'invert' })} type="button">
          Invert <Keys press="Shift+V" />
        </button>
        <button
          className="btn small ghost"
          disabled={document.strokes.length === 0}
          onClick={() => onAct({ kind: 'clear' })}
          type="button"
        >
          Clear <Keys press="Del" />
        </button>
        <button
          className="btn small ghost"
          disabled={document.strokes.length === 0}
          onClick={() => onAct({ kind: 'undo' })}
          type="button"
        >
          Undo <Keys press="Ctrl+Z" />
        </button>
        <button
          className="btn small ghost"
          disabled={document.undone.length === 0}
          onClick={() => onAct({ kind: 'redo' })}
          type="button"
        >
          Redo <Keys press="Ctrl+Y" />
        </button>
        <LoadButton maskFile={maskFile} onLoad={onLoad} />
      </div>
      <span className="grow" />
      {onClose !== undefined && (
        <button className="btn small" onClick={onClose} type="button">
          Done <Keys press="Esc" />
        </button>
      )}
    </div>
  );
}

function LoadButton({ maskFile, onLoad }: Pick<MaskToolbarProps, 'maskFile' | 'onLoad'>) {
  return (
    <>
      <button
        className="btn small ghost"
        onClick={() => maskFile.current?.click()}
        title="A PNG that is transparent where the picture may change"
        type="button"
      >
        Load… <Keys press="O" />
      </button>
      <input
        accept="image/png,image/webp,image/jpeg"
        aria-label="Mask file"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file may be chosen again.
          event.target.value = '';
          if (file !== undefined) {
            onLoad(file);
          }
        }}
        ref={maskFile}
        type="file"
      />
    </>
  );
}

interface MaskOptionsProps {
  readonly document: MaskDocument;
  readonly settings: ToolSettings;
  readonly source: MaskSource;
  readonly zoom: ZoomControl;
  onSettings(settings: ToolSettings): void;
  onFeather(px: number): void;
}

export function MaskOptions(props: MaskOptionsProps) {
  const { document, settings, source, zoom, onSettings, onFeather } = props;
  const most = mostDiameter(source);
  return (
    <div aria-label="How it draws" className="mask-bar" role="group">
      <Range
        keys={['[', ']']}
        label="Size"
        onChange={(share01) =>
          onSettings({ ...settings, diameterPx: Math.max(1, Math.round(most ** share01)) })
        }
        // By ratio: a step is as large to the eye for a small brush as for a wide one.
        value={most <= 1 ? 0 : Math.log(settings.diameterPx) / Math.log(most)}
        words={`${settings.diameterPx} px`}
      />
      <Range
        keys={['Shift+[', 'Shift+]']}
        label="Hardness"
        onChange={(hardness) => onSettings({ ...settings, hardness })}
        value={settings.hardness}
        words={`${Math.round(settings.hardness * 100)}%`}
      />
      <NumberField
        className="mask-feather"
        label="Soft edge px"
        max={MOST_FEATHER_PX}
        min={0}
        onChange={(px) => onFeather(Math.round(px ?? 0))}
        value={featherOf(document)}
      />
      <Range
        label="Marking"
        onChange={(opacity) => onSettings({ ...settings, opacity })}
        value={settings.opacity}
        words={`${Math.round(settings.opacity * 100)}%`}
      />
      <span className="grow" />
      <ZoomTools geometry={zoom.geometry()} zoom={zoom} />
    </div>
  );
}

interface RangeProps {
  readonly label: string;
  readonly keys?: string | readonly string[];
  /** 0 to 1. */
  readonly value: number;
  readonly words: string;
  onChange(value: number): void;
}

function Range({ label, keys, value, words, onChange }: RangeProps) {
  return (
    <label className="compare-range">
      {label}
      <input
        aria-valuetext={words}
        max={1}
        min={0}
        onChange={(event) => onChange(Number(event.target.value))}
        step={0.01}
        type="range"
        value={value}
      />
      <span className="num">{words}</span>
      {keys !== undefined && <Keys press={keys} />}
    </label>
  );
}
