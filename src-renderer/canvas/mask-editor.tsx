/** Paints which part of a picture may change: a controlled mask document, its tools and their keys. */
import { useDeferredValue, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useZoom } from '../compare/use-zoom';
import { isCovered, isTyping } from '../shell/shortcuts';
import { Notice } from '../ui/notice';
import { emptyMask, redo, undo, withStroke } from './mask-document';
import type { MaskDocument } from './mask-document';
import { maskFromPng } from './mask-file';
import { MaskOptions, MaskToolbar } from './mask-bars';
import { coverageShare } from './mask-raster';
import { MaskStage } from './mask-stage';
import type { MaskSource } from './mask-stage';
import { firstSettings, hardened, isHeldOff, maskActOf, resized, settingsOf } from './mask-tools';
import type { Hand, MaskAct } from './mask-tools';
import './mask-editor.css';

export interface MaskEditorProps {
  /** The picture that is edited: its view, and its own size in pixels. */
  readonly source: MaskSource;
  readonly value: MaskDocument;
  onChange(mask: MaskDocument): void;
  onClose?(): void;
  /** Tool and brush are taken up where they were left. */
  readonly hand?: Hand | null;
  onHand?(hand: Hand): void;
}

export function MaskEditor({ source, value, onChange, onClose, hand, onHand }: MaskEditorProps) {
  const document = useMemo(() => fitting(value, source), [value, source]);
  const [settings, setSettings] = useState(() => (hand ? settingsOf(hand, source) : firstSettings(source)));
  const [said, setSaid] = useState<Said | null>(null);
  const zoom = useZoom();
  const stage = useRef<HTMLDivElement>(null);
  const maskFile = useRef<HTMLInputElement>(null);
  const dropDrawing = useRef<() => boolean>(() => false);
  const share = useShare(document);
  // Arrows and Enter draw at once.
  useEffect(() => stage.current?.focus(), []);
  const left = useEffectEvent(() => onHand?.({ settings, source }));
  useEffect(() => left(), [settings]);

  const act = (wanted: MaskAct): void => {
    switch (wanted.kind) {
      case 'tool':
        setSettings((old) => ({ ...old, tool: wanted.tool }));
        stage.current?.focus();
        break;
      case 'swapTool':
        setSettings((old) => ({ ...old, tool: old.tool === 'brush' ? 'eraser' : 'brush' }));
        break;
      case 'size':
        setSettings((old) => resized(old, wanted.direction, source));
        break;
      case 'hardness':
        setSettings((old) => hardened(old, wanted.direction));
        break;
      case 'invert':
      case 'clear':
        onChange(withStroke(document, { kind: wanted.kind }));
        break;
      case 'load':
        maskFile.current?.click();
        break;
      case 'undo':
        if (!dropDrawing.current()) {
          onChange(undo(document));
        }
        break;
      case 'redo':
        onChange(redo(document));
        break;
      case 'toggleZoom':
        zoom.toggle();
        break;
      case 'fit':
        zoom.fit();
        break;
      case 'actual':
        zoom.actual();
        break;
      case 'leave':
        if (!dropDrawing.current()) {
          onClose?.();
        }
        break;
    }
  };
  useMaskKeys(act);

  const load = async (file: File): Promise<void> => {
    const loaded = await maskFromPng(file, source, document);
    if (loaded.kind === 'refused') {
      setSaid({ tone: 'bad', sentence: loaded.sentence });
    } else {
      setSaid(loaded.note === undefined ? null : { tone: 'info', sentence: loaded.note });
      onChange(loaded.document);
    }
  };

  return (
    <section aria-label="Mask" className="mask-editor">
      <MaskToolbar
        document={document}
        maskFile={maskFile}
        onAct={act}
        onLoad={(file) => void load(file)}
        settings={settings}
        {...(onClose === undefined ? {} : { onClose })}
      />
      {said !== null && (
        <Notice tone={said.tone}>
          {said.sentence}{' '}
          <button className="link" onClick={() => setSaid(null)} type="button">
            Close
          </button>
        </Notice>
      )}
      <MaskStage
        document={document}
        onDrawing={(drop) => {
          dropDrawing.current = drop;
        }}
        onStroke={(stroke) => onChange(withStroke(document, stroke))}
        settings={settings}
        share={share}
        source={source}
        stage={stage}
        zoom={zoom}
      />
      <MaskOptions
        document={document}
        onFeather={(px) => onChange(withStroke(document, { kind: 'feather', px }))}
        onSettings={setSettings}
        settings={settings}
        source={source}
        zoom={zoom}
      />
    </section>
  );
}

interface Said {
  readonly tone: 'info' | 'bad';
  readonly sentence: string;
}

/** A mask of another picture's size is none of this one. */
function fitting(value: MaskDocument, source: MaskSource): MaskDocument {
  return value.width === source.width && value.height === source.height ? value : emptyMask(source);
}

/** How much is marked, once the hand has time. */
function useShare(document: MaskDocument): number {
  const settled = useDeferredValue(document);
  return useMemo(() => coverageShare(settled), [settled]);
}

/**
 * Before all other keys of the window, so that E is the eraser and Ctrl+Z the last stroke while a mask is painted. Not
 * while the user types, not behind a dialog or menu.
 */
function useMaskKeys(act: (wanted: MaskAct) => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const wanted = isCovered() || isTyping(event.target) ? null : maskActOf(event);
    if (wanted !== null) {
      event.preventDefault();
      event.stopPropagation();
      if (!isHeldOff(wanted, event)) {
        act(wanted);
      }
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', listener, { capture: true });
    return () => window.removeEventListener('keydown', listener, { capture: true });
  }, []);
}
