import { describe, expect, it } from 'vitest';
import { answerBlocks } from './answer-blocks';

describe('blocks of an answer', () => {
  it('tells code from prose by its fences', () => {
    expect(answerBlocks('Here:\n```ts\nconst a = 1;\n```\nThat is all.')).toEqual([
      { kind: 'prose', text: 'Here:' },
      { kind: 'code', text: 'const a = 1;', language: 'ts' },
      { kind: 'prose', text: 'That is all.' },
    ]);
  });

  it('takes an open fence as code while the answer is still coming', () => {
    expect(answerBlocks('```\n<b>a')).toEqual([{ kind: 'code', text: '<b>a' }]);
  });

  it('closes a fence only by one as long, so that code may hold fences', () => {
    expect(answerBlocks('````md\n```\nx\n```\n````')).toEqual([
      { kind: 'code', text: '```\nx\n```', language: 'md' },
    ]);
  });

  it('leaves text without fences as it is, marks and all', () => {
    expect(answerBlocks('  **a** <script>\n\nb')).toEqual([{ kind: 'prose', text: '  **a** <script>\n\nb' }]);
    expect(answerBlocks('')).toEqual([]);
  });
});
