/** The pictures that go into one request, in their order, each with its role. */
import { imageRoleSchema } from '@shared/model/studio';
import type { StudioInput } from '@shared/model/studio';
import { Plus, X } from 'lucide-react';
import { useRef } from 'react';
import { actOf } from '../../keys/key-line';
import { ATTACHED_KEYS } from '../../keys/studio-keys';
import { Thumbnail, unreadablePicture } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import { selectNode } from '../../state/studio';
import { MOST_INPUTS, withInputMoved, withoutInput, withRole } from '../../state/studio-draft';
import { useListFocus } from '../../ui/use-list-focus';
import { DRAGGED_INPUT, putIds } from './drag-types';
import { nameOf, pictureOf } from './node-words';
import { PickPictures } from './pick-pictures';
import type { StudioView } from './use-studio';

const ROLES = { subject: 'Subject', reference: 'Reference', style: 'Style' } as const;

export function InputStrip({ view }: { readonly view: StudioView }) {
  const { inputs } = view.draft;
  const list = useRef<HTMLUListElement>(null);
  const focus = useListFocus(list);
  return (
    <ul
      aria-label="Pictures of the request"
      className="input-strip"
      onBlur={focus.onBlur}
      onFocus={focus.onFocus}
      onKeyDown={(event) => {
        // Wherever in the list: it never means the selected picture, which would be pruned.
        if (actOf(ATTACHED_KEYS, event) === 'takeOut') {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
      ref={list}
    >
      {inputs.map((input, at) => (
        <InputItem at={at} input={input} key={input.nodeId} view={view} />
      ))}
      {inputs.length < MOST_INPUTS && (
        <li>
          <PickPictures
            className={inputs.length === 0 ? 'input-add wide' : 'input-add'}
            title="Choose pictures (O)"
          >
            <Plus aria-hidden="true" size={16} />
            <span>{inputs.length === 0 ? 'Drop or choose pictures' : 'Add'}</span>
          </PickPictures>
        </li>
      )}
    </ul>
  );
}

interface ItemProps {
  readonly view: StudioView;
  readonly input: StudioInput;
  readonly at: number;
}

function InputItem({ view, input, at }: ItemProps) {
  const { studio } = useModel();
  const { draft, nodes, treeId, change } = view;
  const node = nodes.get(input.nodeId);
  const name = node === undefined ? 'A picture that is gone' : nameOf(node);
  const picture = pictureOf(node);
  const move = (step: number) => {
    const place = at + step;
    if (place >= 0 && place < draft.inputs.length) {
      change((old) => withInputMoved(old, at, place));
    }
  };
  return (
    <li className="input-item" data-input={at} data-item={input.nodeId}>
      <button
        aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Delete"
        aria-label={`Picture ${at + 1}: ${name}. Alt and arrows move it.`}
        className="input-thumb"
        draggable
        onClick={() => treeId !== null && node !== undefined && selectNode(studio, treeId, node.id)}
        onDragStart={(event) => putIds(event.dataTransfer, DRAGGED_INPUT, [at])}
        onKeyDown={(event) => {
          const act = actOf(ATTACHED_KEYS, event);
          if (act === 'takeOut') {
            // The next one has the focus then: a key that is held takes out one.
            if (!event.repeat) {
              change((old) => withoutInput(old, input.nodeId));
            }
          } else if (act !== undefined) {
            event.preventDefault();
            move(act === 'earlier' ? -1 : 1);
          }
        }}
        title={name}
        type="button"
      >
        {picture === undefined ? (
          <span className="input-none">no picture yet</span>
        ) : (
          <Thumbnail sentence={unreadablePicture(name)} src={picture.thumbnail} />
        )}
        <span aria-hidden="true" className="badge left">
          {at + 1}
        </span>
      </button>
      <button
        aria-label={`Take out picture ${at + 1}`}
        className="input-remove"
        onClick={() => change((old) => withoutInput(old, input.nodeId))}
        title="Take out"
        type="button"
      >
        <X aria-hidden="true" size={12} />
      </button>
      <RoleSelect at={at} input={input} view={view} />
    </li>
  );
}

function RoleSelect({ view, input, at }: ItemProps) {
  return (
    <select
      aria-label={`Role of picture ${at + 1}`}
      className="input"
      onChange={(event) =>
        view.change((old) => withRole(old, input.nodeId, imageRoleSchema.parse(event.target.value)))
      }
      value={input.role}
    >
      {imageRoleSchema.options.map((role) => (
        <option key={role} value={role}>
          {ROLES[role]}
        </option>
      ))}
    </select>
  );
}
