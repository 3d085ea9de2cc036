/** A job's inputs and its result, as they are compared. */
import type { JobDetail } from '@shared/model/run';
import { unreadableResult, unreadableSource } from '../pictures/unreadable';
import type { ComparedPicture } from './compare-model';

export function jobPictures({
  inputs,
  inputNames,
  output,
  result,
  measures,
}: JobDetail): readonly ComparedPicture[] {
  const sources = inputs.map(
    (url, at): ComparedPicture => ({
      url,
      label: inputs.length > 1 ? `Source ${at + 1}` : 'Source',
      ...spoken(inputNames[at], unreadableSource),
      // Known once the result was measured.
      ...(at === 0 ? { width: measures?.source?.width, height: measures?.source?.height } : {}),
    }),
  );
  return output === undefined
    ? sources
    : [
        ...sources,
        {
          url: output,
          label: 'Result',
          width: result?.width,
          height: result?.height,
          ...spoken(result?.fileName, unreadableResult),
        },
      ];
}

function spoken(name: string | undefined, sentenceOf: (name: string) => string) {
  return name === undefined ? {} : { unreadable: sentenceOf(name) };
}
