/** Whether a JSON Schema can be used, asked again when it has rested for a moment. */
import type { SchemaProblem } from '@shared/contract/text';
import { useEffect, useState } from 'react';
import { useModel } from '../state/app-model';
import { sentenceOf } from '../state/refusal';
import { useSettled } from '../ui/use-throttled';
import { positionOf, positionOfPointer } from './json-position';
import type { TextPosition } from './json-position';

export interface PlacedProblem {
  readonly message: string;
  readonly path: string;
  /** Null where it is nowhere in the text. */
  readonly place: TextPosition | null;
}

export type SchemaCheck =
  | { readonly kind: 'blank' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'fine' }
  | { readonly kind: 'problems'; readonly problems: readonly PlacedProblem[] };

const REST_MS = 300;

export function useSchemaCheck(schema: string): SchemaCheck {
  const { backend } = useModel();
  const settled = useSettled(schema, REST_MS);
  const [answer, setAnswer] = useState<{ readonly of: string; readonly check: SchemaCheck } | null>(null);
  useEffect(() => {
    if (settled.trim() === '') {
      return;
    }
    let isCurrent = true;
    const tell = (problems: readonly PlacedProblem[]) => {
      if (isCurrent) {
        const check: SchemaCheck = problems.length === 0 ? { kind: 'fine' } : { kind: 'problems', problems };
        setAnswer({ of: settled, check });
      }
    };
    backend.client.text.checkSchema({ schema: settled }).then(
      (problems) => tell(problems.map((problem) => placed(settled, problem))),
      (error: unknown) => tell([{ message: sentenceOf(error), path: '', place: null }]),
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, settled]);
  if (schema.trim() === '') {
    return { kind: 'blank' };
  }
  return answer?.of === schema ? answer.check : { kind: 'checking' };
}

function placed(source: string, { path, message, line, column }: SchemaProblem): PlacedProblem {
  const place = line === undefined ? positionOfPointer(source, path) : positionOf(source, line, column ?? 1);
  return { path, message, place };
}
