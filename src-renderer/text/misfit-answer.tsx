/** The last answer of a job that does not fit its schema: it was paid for, and shows what to change in prompt or schema. */
import type { AnswerRow } from '@shared/model/text';
import { AnswerBody } from './answer-body';

/** With more of them nobody reads on. */
const MOST_PROBLEMS = 10;

export function MisfitAnswer({ misfit }: { readonly misfit: NonNullable<AnswerRow['misfit']> }) {
  const { text } = misfit;
  const problems = [...new Set(misfit.problems)];
  const more = problems.length - MOST_PROBLEMS;
  return (
    <section aria-label="The answer that does not fit" className="stack">
      <h2 className="legend">What it said last, which does not fit the schema</h2>
      <ul className="hint misfit-problems">
        {problems.slice(0, MOST_PROBLEMS).map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
        {more > 0 && <li>{more} more</li>}
      </ul>
      {text.trim() === '' ? <p className="hint">The answer is empty.</p> : <AnswerBody isJson text={text} />}
    </section>
  );
}
