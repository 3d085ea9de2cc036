/** A job's inputs and its result, as they are compared. */
import type { JobDetail } from '@shared/model/run';
import type { ComparedPicture } from './compare-model';

export function jobPictures({ inputs, output, result, measures }: JobDetail): readonly ComparedPicture[] {
  const sources = inputs.map(
    (url, at): ComparedPicture => ({
      url,
      label: inputs.length > 1 ? `Source ${at + 1}` : 'Source',
      // Known once the result was measured.
      ...(at === 0 ? { width: measures?.source?.width, height: measures?.source?.height } : {}),
    }),
  );
  return output === undefined
    ? sources
    : [...sources, { url: output, label: 'Result', width: result?.width, height: result?.height }];
}
