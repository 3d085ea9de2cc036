/** A tree before its first picture: one way to begin, and a sample for those who have neither picture nor key. */
import { useLive, useModel } from '../../state/app-model';
import { PickPictures } from './pick-pictures';
import { bringSample } from './sample';
import type { StudioView } from './use-studio';
import { Keys, keyWords } from '../../ui/keys';

export function EmptyStudio({ view }: { readonly view: StudioView }) {
  const model = useModel();
  const hasKeys = useLive((state) => state.endpoints.some(({ keys }) => keys.length > 0));
  const isOpening = view.tree !== undefined && view.tree.nodes > 0;
  if (isOpening) {
    return (
      <div aria-busy="true" className="empty">
        <p>Opening “{view.tree.name}”…</p>
      </div>
    );
  }
  return (
    <div className="empty studio-empty">
      <h1>Bring a picture in</h1>
      <p>
        Drop it anywhere, paste it with {keyWords('Ctrl+V')}, or describe one below and it is made from
        nothing.
      </p>
      <PickPictures className="btn large">
        Choose pictures <Keys press="O" />
      </PickPictures>
      {!hasKeys && (
        <p>
          No picture and no key at hand?{' '}
          <button className="link" onClick={() => void bringSample(model)} type="button">
            Try it with a sample picture
          </button>{' '}
          and the built-in demo: no account, no cost, no network.
        </p>
      )}
    </div>
  );
}
