/** Every tree with its newest picture, its name, when it changed and how many pictures it holds. */
import type { Tree } from '@shared/model/studio';
import { Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { actOf } from '../../keys/key-line';
import type { ActOf } from '../../keys/key-line';
import { TREE_LIST_KEYS } from '../../keys/studio-keys';
import { Thumbnail, unreadablePicture } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import { treesNewestFirst } from '../../state/trees';
import { formatDateTime, formatShortCount, formatTime, plural } from '../../ui/format';
import { useListFocus } from '../../ui/use-list-focus';
import { useNow } from '../../ui/use-now';
import { openTree } from './studio-actions';
import { RenameField } from '../../ui/rename-field';
import { removeTree, renameTree } from './studio-steps';
import { useStudioState, useTrees } from './use-studio';

export function TreeList({ openId }: { readonly openId: number | null }) {
  const trees = useTrees((state) => state.trees);
  const renaming = useStudioState((state) => state.renaming);
  const now = useNow(false);
  const list = useRef<HTMLUListElement>(null);
  const focus = useListFocus(list);
  if (trees === null || trees.size === 0) {
    return <p className="side-empty">{trees === null ? '' : 'None yet'}</p>;
  }
  return (
    <ul aria-label="Trees" className="tree-list" onBlur={focus.onBlur} onFocus={focus.onFocus} ref={list}>
      {treesNewestFirst(trees).map((tree) => (
        <TreeItem
          isOpen={tree.id === openId}
          isRenaming={renaming?.kind === 'tree' && renaming.id === tree.id}
          key={tree.id}
          now={now}
          tree={tree}
        />
      ))}
    </ul>
  );
}

interface ItemProps {
  readonly tree: Tree;
  readonly isOpen: boolean;
  readonly isRenaming: boolean;
  readonly now: number;
}

function TreeItem({ tree, isOpen, isRenaming, now }: ItemProps) {
  const model = useModel();
  const { studio } = model;
  const rename = () => studio.setState({ renaming: { kind: 'tree', id: tree.id } });
  const acts: Readonly<Record<ActOf<typeof TREE_LIST_KEYS>, () => void>> = {
    rename,
    remove: () => void removeTree(model, tree),
  };
  if (isRenaming) {
    return (
      <li data-item={tree.id}>
        <RenameField
          label="Name of the tree"
          name={tree.name}
          onDone={(name) => {
            studio.setState({ renaming: null });
            if (name !== null) {
              void renameTree(model, tree, name);
            }
          }}
        />
      </li>
    );
  }
  return (
    <li
      className="tree-item"
      data-item={tree.id}
      onKeyDown={(event) => {
        const act = actOf(TREE_LIST_KEYS, event);
        if (act !== undefined) {
          // Here they mean the tree, not the selected picture.
          event.preventDefault();
          event.stopPropagation();
          // The next tree has the focus then: a key that is held removes one.
          if (!event.repeat) {
            acts[act]();
          }
        }
      }}
    >
      <button
        aria-current={isOpen ? 'true' : undefined}
        aria-keyshortcuts="F2 Delete"
        className="item"
        onClick={() => openTree(model, tree.id)}
        onDoubleClick={rename}
        title={`${tree.name} (F2 renames)`}
        type="button"
      >
        <Cover tree={tree} />
        <Words now={now} tree={tree} />
        <small title={plural(tree.nodes, 'picture')}>{formatShortCount(tree.nodes)}</small>
      </button>
      <button
        aria-label={`Remove ${tree.name}`}
        className="btn ghost icon small tree-remove"
        onClick={() => void removeTree(model, tree)}
        title="Remove (Del)"
        type="button"
      >
        <Trash2 aria-hidden="true" size={13} />
      </button>
    </li>
  );
}

function Cover({ tree }: { readonly tree: Tree }) {
  return tree.cover === undefined ? (
    <span aria-hidden="true" className="tree-cover" />
  ) : (
    <span className="tree-cover">
      <Thumbnail sentence={unreadablePicture(tree.name)} src={tree.cover} />
    </span>
  );
}

function Words({ tree, now }: Pick<ItemProps, 'tree' | 'now'>) {
  return (
    <span className="tree-words">
      <span className="clip">{tree.name}</span>
      <span className="hint">{whenWords(tree.changedAt, now)}</span>
    </span>
  );
}

/** The time alone where it was today. */
export function whenWords(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString()
    ? formatTime(at)
    : formatDateTime(at).replace(/:\d\d$/, '');
}
