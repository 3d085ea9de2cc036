/** An answer cut into what is read as prose and what as code, by its fences. Nothing else of Markdown is taken. Pure. */

export interface AnswerBlock {
  readonly kind: 'prose' | 'code';
  readonly text: string;
  /** What stands behind the opening fence. */
  readonly language?: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/;

/** A fence that is not closed yet is code as far as it has come: the answer may still be arriving. */
export function answerBlocks(text: string): readonly AnswerBlock[] {
  const blocks: AnswerBlock[] = [];
  let lines: string[] = [];
  let open: { readonly mark: string; readonly language: string } | null = null;
  const close = () => {
    const body = lines.join('\n');
    if (open !== null) {
      blocks.push({ kind: 'code', text: body, ...(open.language === '' ? {} : { language: open.language }) });
    } else if (body.trim() !== '') {
      blocks.push({ kind: 'prose', text: body });
    }
    lines = [];
  };
  for (const line of text.split('\n')) {
    const fence = FENCE.exec(line);
    const mark = fence?.[1] ?? '';
    if (open === null && fence !== null) {
      close();
      open = { mark, language: fence[2] ?? '' };
    } else if (open !== null && mark.startsWith(open.mark) && line.trim() === mark) {
      close();
      open = null;
    } else {
      lines.push(line);
    }
  }
  close();
  return blocks;
}

export type ParsedJson = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'none' };

export function parseJson(text: string): ParsedJson {
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'none' };
  }
}
