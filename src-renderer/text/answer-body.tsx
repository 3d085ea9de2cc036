/** What a model said: prose and code as text, JSON as a tree or as it came. */
import { useMemo, useState } from 'react';
import { answerBlocks, parseJson } from './answer-blocks';
import { JsonTree } from './json-tree';
import { formatted } from './schema-examples';
import './text-parts.css';

interface AnswerBodyProps {
  readonly text: string;
  /** Whether it was asked for as JSON and has come whole. */
  readonly isJson: boolean;
}

export function AnswerBody({ text, isJson }: AnswerBodyProps) {
  const parsed = useMemo(() => (isJson ? parseJson(text) : { kind: 'none' as const }), [text, isJson]);
  return parsed.kind === 'json' ? <JsonBody text={text} value={parsed.value} /> : <TextBody text={text} />;
}

function TextBody({ text }: { readonly text: string }) {
  const blocks = useMemo(() => answerBlocks(text), [text]);
  return (
    <div className="answer-text">
      {blocks.map((block, at) =>
        block.kind === 'code' ? (
          <pre key={at} tabIndex={0}>
            <code>{block.text}</code>
          </pre>
        ) : (
          <p key={at}>{block.text}</p>
        ),
      )}
    </div>
  );
}

function JsonBody({ text, value }: { readonly text: string; readonly value: unknown }) {
  const [isTree, setTree] = useState(true);
  return (
    <div className="stack">
      <div aria-label="How the JSON is shown" className="chips" role="group">
        <button aria-pressed={isTree} className="chip" onClick={() => setTree(true)} type="button">
          Tree
        </button>
        <button aria-pressed={!isTree} className="chip" onClick={() => setTree(false)} type="button">
          Source
        </button>
      </div>
      {isTree ? (
        <div className="json-tree">
          <JsonTree value={value} />
        </div>
      ) : (
        <div className="answer-text">
          <pre tabIndex={0}>
            <code>{formatted(text)}</code>
          </pre>
        </div>
      )}
    </div>
  );
}
