import type { AnswerRow } from '@shared/model/text';
import { render, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Candidates } from './answer-parts';

const ROW: AnswerRow = {
  jobId: 1,
  runId: 1,
  row: 0,
  index: 0,
  model: 'm',
  state: 'failed',
  prompt: 'Rate it',
  fields: {},
  misfit: { text: '{"score": 11}', problems: ['/score must be <= 10.'] },
};

describe('an answer that does not fit its schema', () => {
  it('is shown with what is wrong with it', () => {
    render(<Candidates answer={ROW} />);
    const shown = screen.getByRole('region', { name: 'The answer that does not fit' });
    expect(within(shown).getByText('/score must be <= 10.')).toBeTruthy();
    expect(shown.textContent).toContain('score');
    expect(shown.textContent).toContain('11');
  });

  it('is shown as it came where it is no JSON; of many problems the first', () => {
    const problems = Array.from({ length: 14 }, (_, at) => `/${at} is missing.`);
    render(<Candidates answer={{ ...ROW, misfit: { text: 'seven, I would say', problems } }} />);
    expect(screen.getByText('seven, I would say')).toBeTruthy();
    expect(screen.queryByText('/9 is missing.')).toBeTruthy();
    expect(screen.queryByText('/10 is missing.')).toBeNull();
    expect(screen.getByText('4 more')).toBeTruthy();
  });
});
