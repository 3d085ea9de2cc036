/** The pairs decided last, as they stood: what a win rate is made of. Whose a picture is stays untold. */
import type { Arena, ArenaChoice, ArenaPair } from '@shared/model/arena';
import { useEffect, useState } from 'react';
import { Thumbnail } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import { Notice } from '../../ui/notice';
import { sentenceOf } from '../../state/refusal';

/** As many as a wide window shows without scrolling far. */
const MOST_SHOWN = 6;

const WORDS: Readonly<Record<ArenaChoice, string>> = {
  left: 'Left is better',
  right: 'Right is better',
  tie: 'Equal',
  skip: 'Skipped',
};

export function DecidedPairs({ arena }: { readonly arena: Arena }) {
  const { pairs, sentence } = useLastPairs(arena);
  if (sentence !== null) {
    return <Notice tone="bad">{sentence}</Notice>;
  }
  return pairs.length === 0 ? null : (
    <section aria-label="Decided last">
      <h3>Decided last</h3>
      <ul className="decided-pairs">
        {pairs.map((pair) => (
          <DecidedPair key={pair.id} {...pair} />
        ))}
      </ul>
    </section>
  );
}

function DecidedPair({ instruction, left, right, choice }: ArenaPair) {
  return (
    <li>
      <div className="decided-two">
        <div data-chosen={choice === 'left' || undefined}>
          <Thumbnail alt="Left" src={left} />
        </div>
        <div data-chosen={choice === 'right' || undefined}>
          <Thumbnail alt="Right" src={right} />
        </div>
      </div>
      <p className="clip" title={instruction}>
        <b>{choice === undefined ? '' : WORDS[choice]}</b> {instruction}
      </p>
    </li>
  );
}

/** Pairs are decided in their order, but for those that were taken back: the last ones stand before the first undecided. */
function useLastPairs({ id: arenaId, decided }: Arena) {
  const { backend } = useModel();
  const [pairs, setPairs] = useState<readonly ArenaPair[]>([]);
  const [sentence, setSentence] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    const places = Array.from({ length: Math.min(MOST_SHOWN, decided) }, (_, at) => decided - 1 - at);
    Promise.all(places.map((from) => backend.client.arena.pair({ arenaId, from, any: true }))).then(
      (found) => isShown && setPairs(found.flatMap((pair) => (pair?.choice === undefined ? [] : [pair]))),
      (failure: unknown) => isShown && setSentence(sentenceOf(failure)),
    );
    return () => {
      isShown = false;
    };
  }, [backend, arenaId, decided]);
  return { pairs, sentence };
}
