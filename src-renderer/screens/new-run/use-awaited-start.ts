/**
 * A start that came before it could be made: while its file is being opened, while the form waits for the file's columns,
 * or before its plan stands. It is made once that does, and never if something else is asked by then.
 */
import type { RunRequest } from '@shared/contract';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Draft } from '../../state/new-run-draft';
import type { UiState } from '../../state/ui-store';

/** How far what would be started has come; `of` changes with everything a person changes. */
export interface Stage {
  readonly kind: 'opening' | 'filling' | 'request' | 'none';
  readonly of: string;
}

export interface Staged {
  readonly source: UiState['source'];
  readonly draft: Draft;
  /** The file is still being read. */
  readonly isReading: boolean;
  readonly request: RunRequest | null;
}

const NONE: Stage = { kind: 'none', of: '' };

export function stageOf({ source, draft, isReading, request }: Staged): Stage {
  if (source.kind === 'opening') {
    return { kind: 'opening', of: `${source.of} ${JSON.stringify(draft)}` };
  }
  if (request !== null) {
    return { kind: 'request', of: JSON.stringify(request) };
  }
  return isReading && !draft.isGuessed ? { kind: 'filling', of: JSON.stringify(draft) } : NONE;
}

/** Whether what is there now came of what was asked for by itself: of the file, and not of a person's change. */
function follows(asked: Stage, now: Stage, { source, draft }: Pick<Staged, 'source' | 'draft'>): boolean {
  switch (asked.kind) {
    case 'opening':
      return isOpened(asked, source) && (now.kind === 'filling' || now.kind === 'request');
    case 'filling':
      return now.kind === 'request' && draft.isGuessed;
    case 'request':
    case 'none':
      return false;
  }
}

/** Whether what is there is the file of which it was asked, and none that was given after it. */
const isOpened = ({ of }: Stage, source: Staged['source']): boolean =>
  source.kind === 'idle' && of.startsWith(`${source.of} `);

export interface AwaitedStart {
  readonly isWaiting: boolean;
  wait(canary: number | null): void;
  /** Takes it back; false where there was none. */
  hold(): boolean;
}

interface Awaited {
  readonly staged: Staged;
  /** The plan of the request has not come yet. */
  readonly isStale: boolean;
  start(canary: number | null): void;
}

export function useAwaitedStart({ staged, isStale, start }: Awaited): AwaitedStart {
  const stage = stageOf(staged);
  const isSettled = stage.kind === 'request' && !isStale;
  const awaited = useRef<{ readonly stage: Stage; readonly canary: number | null } | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const name = `${stage.kind} ${stage.of}`;
  if (told !== null && (told !== name || isSettled)) {
    setTold(null);
  }
  const settle = useEffectEvent(() => {
    const asked = awaited.current;
    if (asked === null) {
      return;
    }
    const isSame = asked.stage.kind === stage.kind && asked.stage.of === stage.of;
    const goesOn = isSame || follows(asked.stage, stage, staged);
    awaited.current = goesOn && !isSettled ? { ...asked, stage } : null;
    setTold(awaited.current === null ? null : name);
    if (goesOn && isSettled) {
      start(asked.canary);
    }
  });
  useEffect(() => settle(), [name, isSettled]);
  return {
    isWaiting: told === name && !isSettled,
    wait(canary) {
      awaited.current = { stage, canary };
      setTold(name);
    },
    hold() {
      const wasWaiting = awaited.current !== null;
      awaited.current = null;
      setTold(null);
      return wasWaiting;
    },
  };
}
